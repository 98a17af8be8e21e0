package words

import "ksiega/commands"

// ofProgrammes are the refusals of programmes.
func ofProgrammes() []sentence {
	return []sentence{
		{commands.ErrProgramme, "Popraw program: takiego nie ma w katalogu."},
	}
}
