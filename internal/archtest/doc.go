// Package archtest holds the rules of the source tree that a compiler does not
// enforce: which package may import which, how long a function may be, what the
// domain may not touch, what no file may name. They run as a test of this
// package.
//
// A tree is read by parsing alone: no build, no module cache, no network, so that
// a tree that does not compile is still judged. Every rule looks at files outside
// tests, unless it says otherwise, and leaves generated files alone.
//
// It stops where types of other modules would be needed: a mutable value behind a
// function call, a float that only inference sees, an import made by a generator.
package archtest
