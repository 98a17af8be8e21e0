// Package polish writes numbers, days, nouns and lists as print in Polish has them, and
// orders words as a Polish index does.
//
// It promises: what belongs together stays on one line (the parts of a number, a number
// and its unit, a word of one letter and the next); the minus is one of print; the noun
// after a number stands in the case that the number asks for. It knows no word of any
// trade: nouns are the caller's, in the forms it gives. Names are never inflected, so a
// sentence has to put them in the nominative.
package polish
