// Package participant registers the people of the programmes: participants and
// the assistants who visit them.
//
//	participant-<id>   participant.registered.v2; participant.status-recorded.v1 and
//	                   participant.stay-recorded.v1, which are dated; participant.assigned.v1
//	                   to a worker, from a day on; participant.merged.v1 into another id of
//	                   the same person
//	assistant-<id>     assistant.registered.v2
//
// It promises that a person is registered once: the same row again is already
// known, other values are refused by the name of the field and never by its
// value. What identifies a person, and every special category of data, is
// sealed before it gets here and compared unopened, and so is the municipality,
// which is free text; ids, household and whom somebody cares for are plain, since
// rules and reports join on them. Of what is dated the first day, and of a status what it is
// of, are plain: what somebody is from then on, or where they stay, is sealed. Several may
// hold on a day: which of them counts, whoever asks says. Somebody may be the case of several
// workers, who are recorded nowhere else. It stops at the person: contracts and search by PESEL
// live elsewhere.
package participant
