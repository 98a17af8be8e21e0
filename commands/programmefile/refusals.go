package programmefile

import "ksiega/domain"

func refusal(message string) *domain.Error { return domain.Refusal(domain.CodeInvalid, message) }

// Refusals of files that are none.
var (
	ErrLarge   = refusal("larger than a programme file may be")
	ErrYAML    = refusal("not YAML")
	ErrEmpty   = refusal("the file is empty")
	ErrSeveral = refusal("more than one programme in a file")
)

// Refusals of what stands in a file.
var (
	ErrKey      = refusal("no such key here")
	ErrKeyTwice = refusal("the key stands twice")
	ErrAlias    = refusal("refers to another place; say it here")
	ErrKeys     = refusal("keys with values have to stand here")
	ErrList     = refusal("a list has to stand here")
	ErrText     = refusal("a text has to stand here, a number in quotes")
	ErrUnread   = refusal("longer than 4000 characters, or holds what can't be printed")
	ErrDate     = refusal("not a day (YYYY-MM-DD)")
	ErrCount    = refusal("not a whole number from 0 on")
	ErrDecimal  = refusal("not a number with up to two decimals, from 0 on")
	ErrMinutes  = refusal("hours that do not come to whole minutes")
	ErrOneOf    = refusal("a cap counts one of hours, days and people")
)
