package pages

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
