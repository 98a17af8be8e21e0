// Package naive works out the reports of directories of import files the slow and obvious way,
// as an oracle for tests. It shares no code with the rest of the module and must never import
// any of it: a mistake made once must not be made twice. Money is exact (math/big), everything
// sits in maps, every report is computed from the rows afresh.
//
// It reads uczestnicy, asystenci, porozumienia, umowy, przydzialy, zmiany-umow (suspensions, ends, breaches, decisions, substitutes,
// and of annexes assistant, last day and limit of aid), zadania, realizacja-zadan, oceny, pomoc,
// obecnosci, godziny, wyplaty, wnioski, decyzje-pup, trwalosc (CSV) and MT940 statements. Programmes, statuses, stays,
// participations and sessions change no figure of its reports and are passed over; other kinds are an error, since
// their rows could change every figure. It checks what decides a figure (caps, periods, overlaps,
// duplicates, values) and takes the rest of a row as it stands.
//
// It also knows what was recorded of a ledger act by act, editions of programmes and merges of
// people among it, and works out what is over caps, who looks after too many and which visits
// are all alike: Recorded takes those acts as they were accepted, and decides none again.
//
// Where the written rules leave room, it takes this reading:
//
//   - A returned claim has nothing accepted and nothing outstanding, and is no longer open.
//   - A claim that was returned, or whose place a correction took, adds nothing to the settlement's
//     claimed amount; its correction does. A correction that was returned gives the place back.
//   - A row refused once still occupies its place in the file: a second row of the same contract
//     and day is a duplicate of it.
//   - All lines no claim took are unmatched, outgoing ones and fees too, with a signed amount.
//   - A contract-month is not claimed when it is paid in full, something of it can be refunded and no
//     claim that stands has it, once the month after that of the last payment is over.
//   - A claim's given amount is the claim's; the shares of contracts stay the computed ones.
package naive
