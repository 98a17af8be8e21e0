// Package sheetfile reads what people export from their spreadsheets (CSV and
// XLSX) and writes the rows that were refused back for repair.
//
// # What comes in
//
//	CSV    `;` between cells, else TAB, else `,`, as the header has them or a
//	       first line `sep=` says (which is no row); quotes as RFC 4180 (a
//	       quoted cell may hold line ends), lines ending in LF, CRLF or CR.
//	       UTF-8 with or without BOM, UTF-16 with it, or Windows-1250; what is
//	       plainly none is refused, see package charset. Between `,` every row
//	       has as many cells as the header: a decimal comma without quotes would
//	       else move what stands behind it.
//	XLSX   the first sheet. A cell with a time format is a time `H:MM`, with a
//	       date format a date `RRRR-MM-DD`, with a percent format `60%`, TRUE
//	       and FALSE are `tak` and `nie`, a format of zeros (`00000000000`)
//	       keeps leading zeros; any other number stands as Excel shows it, to
//	       15 significant digits. ISO 8601 cells are days, times and lengths of
//	       time, to the nearest second. A cell's format is its own, never its
//	       row's or column's. An error, a formula without a value, the covered
//	       part of a merged cell and an unknown kind of cell refuse their row, by
//	       column; so does a date, time, percentage or rounded number where an
//	       identifier is asked for. Bare serial numbers count in the workbook's
//	       date system.
//
// The first row is the header. Its names count without case, diacritics and blanks
// around them, `_` for blanks within (`Data urodzenia` is data_urodzenia); a column
// that the Spec does not list, a doubled column and a missing required column
// refuse the file. Columns `wiersz` and `powod` are ignored, except that
// `powod` is kept where the Spec lists it. Row numbers are those a spreadsheet
// shows: the header is row 1, a cell with line ends in it is still one row, and
// an empty row is skipped but counted. What is wrong with one row only (cells
// beyond the header, text after a closing quote) is that Record's error; a
// quote that is never closed refuses the file, as nobody can say where rows
// begin after it.
//
// # What a cell may say
//
//	amount   1 234,56  1234.56  -12,50  570,00 zł; at most two decimals
//	         (plain, no-break, narrow or thin space between groups of three)
//	hours    1,5  1.5  1:30  1:30:00, with `h` or `godz.` behind or not; must
//	         come to whole minutes
//	date     08.02.2018  8.2.2018  8-2-2018  2018-02-08, midnight or `r.` behind
//	         it allowed; one with slashes is refused, as it is read two ways;
//	         a bare serial number only from 20000 to 80000 (1954 to 2119), as a
//	         smaller one is rather a year or a mistake
//	month    2018-02  02.2018, or the first day of the month as a date
//	time     8:05  08:05  08:05:00  24:00
//	percent  60  60%
//	yes, no  tak, nie; like every choice without case and diacritics
//
// PESEL, account and NIP are text with valid check digits; only an XLSX, where
// number cells lose them, gets the leading zeros of a PESEL back.
//
// # What goes back
//
// A RefusedFile is `<full file name>.odrzucone.csv`:
//
//	BOM wiersz;powod;<the columns of the original>  CRLF
//	12;column data: not a date (DD.MM.RRRR or YYYY-MM-DD);…
//
// mode 0600, written whole to a temporary file beside it, synced, then renamed,
// so that a reader sees the old file or the new one. In such a file, known by
// `wiersz` first and `powod` second, those two are dropped on reading and a
// later `powod` is the original's own.
//
// Formula injection: a cell that a spreadsheet would run (it begins with one of
// `= + - @ TAB CR` and is no plain negative number) is written with `'` before
// it. So is a cell that already looks guarded, which makes the guard exact: the
// reader of a CSV removes one `'` wherever the writer would have put it, and
// nothing else. XLSX cells are taken as they are, unless the sheet is itself a
// refusal file that somebody saved as XLSX.
//
// # Promises
//
// No float arithmetic: numbers are decimals from text to Grosze and Minutes.
// Sizes are bounded (MaxBytes, MaxRows); a workbook is read part by part as a stream,
// and what an archive says of itself takes no memory beyond its rows. An error names row, column and reason
// and never the content of a personal column; a value is quoted only when it is
// short of digits enough for a PESEL or an account. The package knows columns
// and cells and stops there: which kind of file has which columns, and what a
// row means, is its caller's.
package sheetfile
