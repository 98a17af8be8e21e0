// Package participation says who takes part in which programme: who was put forward,
// assessed and enrolled, in which group, who left and what they came to.
//
//	participation-<programme>-<person>   participation.nominated.v1, participation.assessed.v1,
//	                                     participation.enrolled.v1, participation.left.v1,
//	                                     participation.outcome-recorded.v1;
//	                                     participation.fact-withdrawn.v1
//
// A fact is the one of its kind and day. It promises that somebody is enrolled once at a
// time, that the day of leaving is the last one, and that nobody leaves or comes to anything
// who was not enrolled by then, in whatever order the facts are entered, corrected and taken
// back. Groups, assessments, endings and outcomes are sealed before they get here: whether
// they are some of the programme's is asked in clear, by whoever asks for a decision. It
// stops at the programme's own rules, and at the support that somebody is given.
package participation
