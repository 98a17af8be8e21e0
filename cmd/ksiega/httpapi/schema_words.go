package httpapi

import "strings"

// inSchema says in Polish what the schema of a request asks for where huma found that it
// does not keep to it; what is missing is named itself, not what it is missing in.
func inSchema(location, message string) FieldProblem {
	if name, ok := between(message, "expected required property ", " to be present"); ok {
		return FieldProblem{Location: short(location + "." + name), Message: "Uzupełnij to pole."}
	}
	if pointer, ok := strings.CutSuffix(message, ": "+errNotSchema.Error()); ok { // of the decoder
		return FieldProblem{Location: short(location + strings.ReplaceAll(pointer, "/", ".")), Message: "Popraw nazwę pola albo wartość: nie są takie, jak w opisie."}
	}
	p := FieldProblem{Location: short(location), Message: "Popraw tę wartość: nie jest taka, jak w opisie."}
	for _, of := range []struct{ before, after, polish string }{
		{errNotJSON.Error() + " (byte ", ")", "Popraw zapis JSON przy bajcie {}: coś tam brakuje, jest za dużo albo stoi drugi raz."},
		{errNotJSON.Error(), "", "Popraw zapis: to nie jest JSON."},
		{"unknown query parameter", "", "Usuń ten parametr: takiego tu nie ma."},
		{"invalid integer", "", "Wpisz liczbę całkowitą."},
		{"invalid float", "", "Wpisz liczbę."},
		{"invalid boolean", "", "Wpisz true albo false."},
		{"required ", " parameter is missing", "Podaj ten parametr."},
		{"unexpected property", "", "Usuń to pole: żądanie takiego nie ma."},
		{`expected value to be one of "`, `"`, "Wybierz jedną z wartości: {}."},
		{"expected string to be RFC 3339 date", "", "Popraw datę: RRRR-MM-DD."},
		{"expected string to be ", "", "Popraw zapis: {}."}, // as a pattern is explained
		{"expected string to match pattern ", "", "Popraw zapis: ma pasować do {}."},
		{"expected length >= ", "", "Wydłuż: co najmniej {} znaków."},
		{"expected length <= ", "", "Skróć: najwyżej {} znaków."},
		{"expected number >= ", "", "Zwiększ liczbę: co najmniej {}."},
		{"expected number <= ", "", "Zmniejsz liczbę: najwyżej {}."},
		{"expected integer", "", "Wpisz liczbę całkowitą."},
		{"expected number", "", "Wpisz liczbę."},
		{"expected boolean", "", "Wpisz true albo false."},
		{"expected string", "", "Wpisz tekst w cudzysłowie."},
		{"expected object", "", "Wyślij obiekt JSON."},
	} {
		if inside, ok := between(message, of.before, of.after); ok {
			p.Message = short(strings.ReplaceAll(of.polish, "{}", inside))
			break
		}
	}
	return p
}

func between(s, before, after string) (string, bool) {
	s, ok := strings.CutPrefix(s, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, after)
}
