package commands_test

import (
	"ksiega/commands"
)

func correctionsOfProgrammes() []sent {
	return []sent{
		sentBy(commands.RecordProgramme{File: nowy, Correct: true, Reason: "pomyłka"}, (*commands.Ledger).RecordProgramme),
	}
}
