// Package finding decides what people do about findings: discrepancies that no
// single stream can refuse (two assistants at once, hours outside a contract,
// a gap in durability), found by comparing recorded facts.
//
//	finding-<id>   finding.resolved.v1 to v3, finding.reopened.v1 and v2
//
// An id that tells what is sealed (TellsCodes) stands in no name of a stream and in no event:
// its stream is named by a keyed digest of it, and it is sealed as the code itself is.
//
// A finding itself is computed and not recorded: whoever asks for a decision hands
// in the Figures that it comes to now, or none, and then nothing is decided. A
// resolution records the figures it saw and binds to them. It promises that a finding
// is resolved and reopened only with a reason and in turns, each said once; it stops
// at saying which figures a finding has.
package finding
