// Package bankfile reads the statements that Polish banks export as MT940
// (`.sta`, `.mt940`).
//
// # The file
//
// One or more statements, each from `:20:` to its closing balance, with or
// without SWIFT's envelope, lines ending in LF or CRLF:
//
//	{1:F01…}{2:I940…}{4:
//	:20:reference          begins a statement; what stands before it is the envelope
//	:25:account            NRB or IBAN, whatever stands around it (BIC, currency)
//	:28C:number/page
//	:60F:C180301PLN100,00  opening; 60M on a page that continues another
//	:61:1803010301CN50,00NTRFNONREF//bank's reference
//	:86:what for, from whom
//	:62F:C180331PLN150,00  closing; 62M where a page follows
//	:64:C180331PLN150,00   available; ignored, as is :65:, :90C:, :NS: …
//	-}                     or `-`, or nothing
//
// In `:61:` the first date is the value date, the four digits behind it the
// booking date; its year is the one that brings it nearest to the value date.
// RC takes a credit back and RD a debit, so RC is outgoing and RD incoming. A
// letter between mark and amount (the currency's last) is skipped.
//
// A field is told by its place and form, as a line of a title may begin with a tag:
// :25: and :28C: stand once and before the lines, :20: only after a closing balance,
// :61: has a date and a mark. A second :86: of a line says more where the first was the
// operation's code alone, goes on where it has the next subfields, and is about the
// statement otherwise. Pages stay statements of their own; one that continues (60M) is
// told by what it opens with, as it may have the number and the day of the one before.
//
// # Encodings
//
// See package charset: UTF-8, also where the bank cut letters in two, CP852,
// Windows-1250 and ISO-8859-2; a tie is CP852, which the banks' own descriptions of
// the format name.
//
// # :86:
//
// The separator is the sign that follows the leading operation code and precedes two
// digits. With `<`, `~`, `+` and `?` a subfield begins at a separator with a known code
// higher than the one before, so that `+48 600…` stays text; with any other (Pekao's
// `^`) codes come in any order, each once:
//
//	      title              counterparty            account
//	?     20–29, 60–63       32, 33                  38, 31, 30+31
//	~     20–28              32, 33, else 27, 28     38, 31, 29, 30+31
//	< +   20–26              32, 33, else 27–29      38, 31, 29, 30+31
//	other 20–29              32, 33                  38, 31, 29, 30+31
//
// Where `~` has no 32 or 33, 27 and 28 are the counterparty and not the title.
// 29 is an account only if its check digits hold. The first valid account of
// the row is taken, else the first that is there as text. 30 with 31 is a bank
// and an account without check digits; they are computed.
//
// Titles are cut every 27 or 35 characters, words or not: a part of full width
// (35 if any part of that title is longer than 27) runs on into the next, a
// shorter one is followed by a space. Lines of 65 characters run on likewise.
// A subfield of nothing but PKO's filler (FF, a no-break space) is empty. Without
// subfields mBank's labels are read (`TYT.:`, `OD:`, `DLA:`, `Z RACH.:`, `NA RACH.:`);
// without these the whole text is the title.
//
// # Promises
//
// Amounts are exact; one of 0.00 is kept under its number. Account and number hold
// nothing that could be words, as they become part of a stream's name. The opening balance and all lines must come to the closing
// balance, a continued page must open with what the page before closed with,
// and only PLN is read; otherwise the whole file is refused with an error that
// names line, tag and reason, and no title, name or account. Sizes are bounded.
// The package stops there: what a line pays for is the matching's to say.
package bankfile
