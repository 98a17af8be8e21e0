// Package finding decides what people do about findings: discrepancies that no
// single stream can refuse (two assistants at once, hours outside a contract,
// a gap in durability), found by comparing recorded facts.
//
//	finding-<id>   finding.resolved.v1 and v2, finding.reopened.v1
//
// A finding itself is computed and not recorded, so a stream may begin with its
// resolution and this package can't tell an id that was never computed. It
// promises that a finding is resolved and reopened only with a reason and in
// turns, each said once.
package finding
