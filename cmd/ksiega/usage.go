package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"ksiega/cmd/ksiega/control"
)

// printHelp prints the parser's help with its own words in Polish.
func printHelp(o kong.HelpOptions, ctx *kong.Context) error {
	out := ctx.Stdout
	var text bytes.Buffer
	ctx.Stdout = &text
	err := kong.DefaultHelpPrinter(o, ctx)
	ctx.Stdout = out
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, strings.NewReplacer(
		"Usage: ", "Użycie: ", "<command>", "<polecenie>", "[flags]", "[flagi]",
		"\nArguments:\n", "\nArgumenty:\n", "\nFlags:\n", "\nFlagi:\n", "\nCommands:\n", "\nPolecenia:\n",
		"Show context-sensitive help.", "Pokaż tę pomoc.",
		`Run "`, `Więcej o poleceniu: "`, `" for more information on a command.`, `".`,
	).Replace(text.String()))
	return err
}

// noBlank refuses a sub-command's flag without a value: a filter that a script makes of
// an unset variable would filter nothing out.
func noBlank(k *kong.Context) error {
	for _, given := range k.Path {
		if given.Flag == nil || slices.Contains(k.Model.Flags, given.Flag) {
			continue
		}
		if value, isText := k.FlagValue(given.Flag).(string); isText && strings.TrimSpace(value) == "" {
			return withoutValue(given.Flag.Name)
		}
	}
	return nil
}

func withoutValue(flag string) error {
	return control.Usage{Err: fmt.Errorf("podaj wartość flagi --%s", flag)}
}

// usageWord is something that the parser says, and what it is in Polish, with the parts
// of the former; what stands in square brackets is left out where its part is empty.
type usageWord struct{ said, polish string }

// usageWords are what the parser may say of arguments, the first that fits holds; a test
// has it say all of it.
func usageWords() []usageWord {
	const maybe = `(?:, did you mean (?:one of )?(.*)\?)?`
	return []usageWord{
		{`unknown flag (\S+?)` + maybe, `popraw flagę $1: takiej nie ma[; może $2]`},
		{`unexpected argument (.+?)` + maybe, `popraw albo usuń „$1”: nie ma takiego polecenia ani argumentu[; może $2]`},
		{`unexpected flag argument "(.*)"`, `usuń wartość „$1”: ta flaga jej nie ma`},
		{`expected one of "serve", .*`, `podaj polecenie; wymienia je ksiega --help`},
		{`expected one of .*`, `podaj, co zrobić; wymienia to --help`},
		{`missing flags: (.*)`, `podaj $1`},
		{`(--\S+|<\S+>) must be one of (.*) but got "(.*)"`, `podaj $1 jako jedno z: $2`},
		{`(--\S+) and (--\S+) can't be used together`, `podaj tylko jedno: $1 albo $2`},
		{`(--\S+): expected \S+ value but got .*`, `podaj wartość flagi $1`},
		{`(--\S+|<\S+>): expected a valid \d+ bit u?int but got "(.*)"`, `podaj $1 jako liczbę całkowitą, a nie „$2”`},
		{`(--\S+): bool value must be .* but got "(.*)"`, `podaj $1 jako true albo false, a nie „$2”`},
		{`(?:expected|missing positional arguments) "?(<[^"]*)"?`, `podaj $1`},
	}
}

// usageInWords is what is wrong with the arguments, in Polish; what the parser says and
// nobody knows stands in brackets.
func usageInWords(err error) error {
	var ours control.Usage
	if errors.As(err, &ours) {
		return err
	}
	for _, w := range usageWords() {
		said := regexp.MustCompile(`^` + w.said + `$`)
		m := said.FindStringSubmatchIndex(err.Error())
		if m == nil {
			continue
		}
		polish := regexp.MustCompile(`\[(.*?)\]`).ReplaceAllStringFunc(w.polish, func(part string) string {
			if m[len(m)-1] < 0 {
				return ""
			}
			return strings.Trim(part, "[]")
		})
		text := string(said.ExpandString(nil, polish, err.Error(), m))
		return errors.New(strings.NewReplacer(" or ", " albo ", `"`, "").Replace(text))
	}
	if words := inWords(err); words != err { //nolint:errorlint // the same value or another
		return words
	}
	return fmt.Errorf("popraw wywołanie; pomaga --help (%w)", err)
}
