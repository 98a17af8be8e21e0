package pages

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/queries"
)

// noBreak keeps the parts of a number on one line.
const noBreak = "\u00a0"

// zloty writes an amount as `1 234,56 zł`.
func zloty(grosze int64) string {
	sign, n := "", uint64(grosze)
	if grosze < 0 {
		sign, n = "−", -n
	}
	cents := strconv.FormatUint(n%100, 10)
	if len(cents) < 2 {
		cents = "0" + cents
	}
	return sign + grouped(strconv.FormatUint(n/100, 10)) + "," + cents + noBreak + "zł"
}

// count writes a number as `12 345`.
func count(n int64) string {
	if n < 0 {
		return "−" + grouped(strconv.FormatUint(-uint64(n), 10))
	}
	return grouped(strconv.FormatInt(n, 10))
}

func grouped(digits string) string {
	var b strings.Builder
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(noBreak)
		}
		b.WriteByte(d)
	}
	return b.String()
}

// hours writes minutes as `1:30`.
func hours(minutes int64) string {
	return strings.Replace(domain.Minutes(minutes).String(), "-", "−", 1)
}

func polishDate(d domain.Date) string {
	if d == 0 {
		return ""
	}
	return d.Time().Format("02.01.2006")
}

func polishMonth(m domain.Month) string {
	if m == 0 {
		return ""
	}
	return m.First().Time().Format("01.2006")
}

func polishTime(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	if zone != nil {
		t = t.In(zone)
	}
	return t.Format("02.01.2006, 15:04")
}

// cellText is a cell as people read it.
func cellText(cell any, c queries.Column) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		if word, ok := word(c.Words, v); ok {
			return word
		}
		return v
	case bool:
		if v {
			return "tak"
		}
		return "nie"
	case domain.Date:
		return polishDate(v)
	case domain.Month:
		return polishMonth(v)
	case int64:
		switch c.Kind {
		case queries.Grosze:
			return zloty(v)
		case queries.Minutes:
			return hours(v)
		}
		return count(v)
	}
	return strings.Join(listText(cell), "; ")
}

// listText is one line an element of a list; what elements hold is known by
// their JSON, as the report's declaration says no more than that it is a list.
func listText(cell any) []string {
	b, err := json.Marshal(cell)
	if err != nil {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(b, &items) != nil {
		return []string{string(b)}
	}
	lines := make([]string, 0, len(items))
	for _, item := range items {
		lines = append(lines, itemText(item))
	}
	return lines
}

// itemText writes the fields of an object in their order, each as its name
// says it is measured.
func itemText(b json.RawMessage) string {
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	first, err := dec.Token()
	if err != nil {
		return string(b)
	}
	if first != json.Delim('{') {
		if s, ok := first.(string); ok {
			return s
		}
		return string(b)
	}
	var parts []string
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			break
		}
		var value any
		if err := dec.Decode(&value); err != nil && err != io.EOF { //nolint:errorlint // Decode returns it bare
			break
		}
		if text := fieldText(name, value); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

func fieldText(name string, value any) string {
	switch v := value.(type) {
	case json.Number:
		n, err := v.Int64()
		switch {
		case err != nil:
			return v.String()
		case strings.HasSuffix(name, "Grosze"):
			return zloty(n)
		case strings.HasSuffix(name, "Minutes"):
			return hours(n)
		}
		return label(name) + noBreak + count(n)
	case string:
		if d, err := domain.ParseDate(v); err == nil {
			return label(name) + noBreak + polishDate(d)
		}
		if w, ok := word(queries.ReasonWords, v); ok && name == "reason" {
			return w
		}
		return v
	case []any:
		var parts []string
		for _, inner := range v {
			if s, ok := inner.(string); ok {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, " + ")
	}
	return ""
}

// label names a field inside a list.
func label(name string) string {
	switch name {
	case "line":
		return "poz."
	case "from":
		return "od"
	case "to":
		return "do"
	case "ready":
		return "gotowe:"
	case "promised":
		return "obiecane:"
	}
	return name
}

// word is the Polish word for a code, on pages only: JSON and CSV keep codes.
func word(of queries.Words, code string) (string, bool) {
	w, ok := map[queries.Words]map[string]string{
		queries.ClaimStates: {
			"prepared": "przygotowany", "submitted": "złożony", "returned": "zwrócony", "accepted": "przyjęty",
			"part-paid": "częściowo zapłacony", "settled": "rozliczony", "reclaimed": "do zwrotu", "written-off": "zaniechany",
		},
		queries.ContractStates: {
			"drafted": "przygotowana", "signed": "podpisana", "suspended": "zawieszona", "breached": "niedotrzymana",
			"terminated": "rozwiązana", "completed": "zakończona",
		},
		queries.ContractKinds: {
			"psu": "skierowanie (PSU)", "socjalny": "kontrakt socjalny", "trojstronny": "kontrakt trójstronny",
			"usamodzielnianie": "usamodzielnianie",
		},
		queries.FindingStates: {
			"open": "otwarte", "resolved": "wyjaśnione",
		},
		queries.FindingWords: {
			"assistant-overlap": "asystent w dwóch miejscach", "participant-overlap": "uczestnik z dwoma asystentami",
			"outside-contract": "poza umową", "over-cap": "ponad limit", "double-funding": "podwójne finansowanie",
			"stay": "w czasie pobytu", "paid-not-worked": "wypłacono, nie przepracowano",
			"worked-not-paid": "przepracowano, nie wypłacono", "claimed-not-paid": "we wniosku, nie wypłacono",
			"refund-difference": "różnica w refundacji", "over-budget": "ponad budżet", "durability-gap": "przerwa w trwałości",
			"claimed-twice": "we wnioskach więcej niż raz", "received-unmatched": "wpłata bez przypisania", "doubled-pesel": "jeden PESEL u dwóch uczestników",
		},
		queries.ReasonWords: {
			"number-in-title": "numer w tytule", "by-hand": "ręcznie", "amount-outstanding": "kwota zgodna",
			"amount-of-several": "suma kilku wniosków", "numbers-in-title": "numery w tytule",
			"amount-over-outstanding": "kwota ponad należność", "amount-to-pay-back": "kwota do zwrotu",
			"match-cut-short": "przypisanie niedokończone",
		},
	}[of][code]
	return w, ok
}

// modelTitle is the Polish name of a read model.
func modelTitle(name string) string {
	switch name {
	case "settlement":
		return "Rozliczenie prac społecznie użytecznych"
	case "refunds":
		return "Wnioski i wyciągi"
	case "assistance":
		return "Godziny asystentów"
	case "contracts":
		return "Umowy"
	case "durability":
		return "Trwałość"
	case "findings":
		return "Ustalenia"
	case "audit":
		return "Spis zdarzeń"
	}
	return name
}
