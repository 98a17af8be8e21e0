package journal

import "ksiega/internal/position"

// Position is where an event stands in the log.
type Position = position.Position

// Bound is a number to compare positions with, often one that a person typed.
type Bound = position.Bound

// ReadPosition reads what String wrote of an event's position: a cursor, say. What a
// person typed is a Bound.
func ReadPosition(text string) (Position, error) { return position.Read(text) }

// ReadBound reads a number that was typed.
func ReadBound(text string) (Bound, error) { return position.ReadBound(text) }
