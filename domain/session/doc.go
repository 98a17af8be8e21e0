// Package session decides about sessions (zajęcia): counselling, training, workshops,
// therapy, events and duty hours, planned ones among them, and about who was there.
//
//	session-<id>
//	    session.recorded.v1            a session takes place, or was called off
//	    session.corrected.v1           its time, kind, leaders or words were wrong
//	    session.withdrawn.v1           it should not have been recorded
//	    session.presence-recorded.v1   somebody was there, or was to be
//	    session.presence-corrected.v1  how they were, or with what effect, was wrong
//	    session.presence-withdrawn.v1  it should not have been recorded
//
// One stream holds a session and all its presences, since a session that somebody was at
// can neither be called off nor taken back.
//
// It promises that no accepted history has a presence at a session that was called off,
// or an effect of somebody who was not there. Who is at two places at once crosses
// streams and is found; which kinds and words a programme has is asked of its edition by
// whoever prepares the command.
package session
