// Package foldfile keeps rows of projections as they were after some event, a file
// each, so that what was known long ago need not be folded from the first event.
//
// It promises that a file is used only where it is of this ledger, this version of the
// projection and these types of events, and where the log has the event that it says
// it was written after; and that bytes which are not as they were written are an error,
// never rows. That includes what a loss of power left: files are written beside and
// renamed, but not synced. Rows are read when they are asked for. Whatever is wrong with a
// file, it is removed and the fold begins earlier, also where that is found out while rows
// are read (fold.FromKept). Files are copies: losing them costs time alone.
//
// All files together, those that are being written among them, never have more bytes
// than their owner allows. Of older moments fewer stay: a file goes where its neighbours
// stand close together for how long ago it is, counted in events of the log; and as long
// as all are too large, the one that is missed least for its bytes, which may be the one
// that is to be written. (What a fold goes on from may be gone from the directory, and
// takes room on the disk until that fold ends.)
//
// It stops at when they have to go: who erases, restores, repairs or scavenges drops
// them (Dir.DropAll).
//
// # The file
//
// Numbers are unsigned varints unless said otherwise; a text is its length and its bytes.
//
//	"ksiega-fold 2\n"
//	parts, one after another, each compressed (S2 block): rows × (field text, row text), sorted by field
//	index:  text ledger, text projection, version, text types, position text, id (16 bytes), position text of
//	        the last retroactive event, events of the log up to there, rows
//	        tables × (text table, parts × (text part, offset, length, length before compression, rows,
//	        CRC-32C of the part as it lies there, 4 bytes))
//	end:    offset of the index (8 bytes, big-endian), CRC-32C of the index (4 bytes), "ksiega-fold-end\n"
package foldfile
