package domain

// Refusals of days and months.
var (
	ErrNoDay     = Refusal(CodeInvalid, "the day is missing")
	ErrFuture    = Refusal(CodeInvalid, "the day has not come yet")
	ErrForgotten = Refusal(CodeInvalid, "the day lies before 1990")
	ErrMonth     = Refusal(CodeInvalid, "the month has not begun yet, or lies before 1990")
)

// beginning is the first day on which something may have happened: the communes
// (gminy) and their centres of social assistance exist since 1990, so that an earlier
// day is a slip of the pen.
func beginning() Date { return NewDate(1990, 1, 1) }

// Happened refuses a day on which nothing can have happened: one that is still to
// come, or one before 1990. It is asked of every day on which something took place. A
// birth, a deadline, a plan, the first and last day of a term are no such days.
func Happened(day, today Date) error {
	switch {
	case day == 0:
		return ErrNoDay
	case day > today:
		return ErrFuture.With("%s", day)
	case day < beginning():
		return ErrForgotten.With("%s", day)
	}
	return nil
}

// HappenedIn is Happened of a month in which something took place.
func HappenedIn(month Month, today Date) error {
	if month > today.Month() || month < beginning().Month() {
		return ErrMonth.With("%s", month)
	}
	return nil
}
