package polish

// Noun is a noun as it stands after numbers: 1 wiersz, 2 wiersze, 5 wierszy, 2,5 wiersza.
type Noun struct {
	One, Few, Many string
	Part           string // after a number that is not whole; "" of what is only counted whole
}

// After is the noun after a whole number.
func (n Noun) After(count int64) string {
	_, size := signed(count)
	switch tens := size % 100; {
	case size == 1:
		return n.One
	case size%10 >= 2 && size%10 <= 4 && (tens < 12 || tens > 14):
		return n.Few
	}
	return n.Many
}

// Count writes a number and the noun, as `22 wiersze`.
func (n Noun) Count(count int64) string { return Count(count) + NoBreak + n.After(count) }

// Hundredths writes a number that need not be whole and the noun, as `2,5 godziny`.
func (n Noun) Hundredths(hundredths int64) string {
	if hundredths%100 == 0 {
		return n.Count(hundredths / 100)
	}
	return Hundredths(hundredths) + NoBreak + n.Part
}
