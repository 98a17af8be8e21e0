package projections

import (
	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// ErasedSubject says that what is sealed about a subject was erased. Read models
// that keep seals have such rows, so that a seal recorded late is not kept either.
type ErasedSubject struct {
	Event journal.Position `json:"event"`
}

// ErasedSubjects holds a part a kind and a field a subject.
func ErasedSubjects() fold.Table[ErasedSubject] { return fold.Table[ErasedSubject]{Name: "erased"} }

func erasedKey(of domain.Ref) fold.Key {
	return ErasedSubjects().Key(string(of.Kind), domain.Escape(of.ID))
}

// kept is a seal as a row keeps it: none of an erased subject.
func kept(tx *fold.Tx, of domain.Ref, seal domain.Sealed) domain.Sealed {
	if _, erased := ErasedSubjects().Peek(tx, string(of.Kind), domain.Escape(of.ID)); erased {
		return ""
	}
	return seal
}

func erase(tx *fold.Tx, of domain.Ref, r *journal.Recorded) {
	ErasedSubjects().Put(tx, string(of.Kind), domain.Escape(of.ID), ErasedSubject{r.Position})
}

// erases tells the events that take back what was sealed, for whatever moment somebody
// asks about.
func erases(typ string) bool {
	return domain.Fact(typ) == domain.Fact(erasure.Ordered{}.EventType())
}
