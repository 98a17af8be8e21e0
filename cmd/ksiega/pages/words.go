package pages

import (
	"slices"

	"ksiega/queries"
)

// ModelTitle is the Polish name of a read model, as the start page shows it.
func ModelTitle(name string) string {
	switch name {
	case "settlement":
		return "Rozliczenie prac społecznie użytecznych"
	case "refunds":
		return "Wnioski i wyciągi"
	case "assistance":
		return "Godziny asystentów"
	case "budget":
		return "Budżety i wydatki"
	case "contracts":
		return "Umowy"
	case "outreach":
		return "Praca na ulicy"
	case "participations":
		return "Udział w programach"
	case "people":
		return "Osoby"
	case "sessions":
		return "Zajęcia"
	case "durability":
		return "Trwałość"
	case "findings":
		return "Ustalenia"
	case "audit":
		return "Spis zdarzeń"
	}
	return name
}

// area is reports that belong together.
type area struct {
	Title   string
	Reports []*queries.Report
}

// areaTitle is where a report belongs.
func areaTitle(name string) string {
	switch name {
	case "psu-settlement", "refunds", "unmatched-lines":
		return "Prace społecznie użyteczne"
	case "assistant-hours", "caps-left", "service-sheet":
		return "Asystenci"
	case "person", "contracts", "social-contracts", "material-aid", "participation":
		return "Ludzie"
	case "attendance", "indicators", "budget", "durability":
		return "Programy"
	case "outreach", "diagnosis":
		return "Praca na ulicy"
	case "findings", "access-log":
		return "Kontrola"
	}
	return "Inne"
}

// reportsByArea groups reports, in the order of each area's first.
func reportsByArea(all []*queries.Report) (areas []area) {
	for _, r := range all {
		title := areaTitle(r.Name)
		i := slices.IndexFunc(areas, func(a area) bool { return a.Title == title })
		if i < 0 {
			i = len(areas)
			areas = append(areas, area{Title: title})
		}
		areas[i].Reports = append(areas[i].Reports, r)
	}
	return areas
}
