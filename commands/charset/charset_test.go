package charset

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

func in(t *testing.T, m *charmap.Charmap, s string) string {
	t.Helper()
	b, err := m.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhichEncoding(t *testing.T) {
	t.Parallel()
	const text = "POWIATOWY URZĄD PRACY\nul. Źródlana 1, Święta Łąka\n„wpłata” – ćwiczenia, O’Neil, 50 °C\n"
	plain := strings.NewReplacer("„", `"`, "”", `"`, "–", "-", "’", "'").Replace(text)
	dos, windows, iso := charmap.CodePage852, charmap.Windows1250, charmap.ISO8859_2
	for name, c := range map[string]struct{ raw, want string }{
		"utf-8":              {text, text},
		"bom":                {"\uFEFF" + text, text},
		"lines end in CR":    {strings.ReplaceAll(text, "\n", "\r"), text},
		"cp852":              {in(t, dos, plain), plain},
		"windows-1250":       {in(t, windows, text), text},
		"iso-8859-2":         {in(t, iso, plain), plain},
		"a foreign name":     {in(t, windows, text+"Müller, Jäger, Dvořák\n"), text + "Müller, Jäger, Dvořák\n"},
		"a letter cut":       {"żółć \xC5\r\n\x81ucja\n", "żółć \xC5\r\n\x81ucja\n"},
		"a filler":           {"żółć\n~21\xFF\n", "żółć\n~21\xFF\n"},
		"a bad byte":         {"żółć \xFE gęś\n", "żółć \xFE gęś\n"},
		"nothing but a sign": {"\xA7 5\n", in2(t, dos, "\xA7 5\n")},
	} {
		if got, err := Decode([]byte(c.raw), DOS, Windows, ISO); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// What one reader does not take is refused, and so is a line of another encoding.
	for name, raw := range map[string]string{
		"cp852":           in(t, dos, "umowa;miejsce\nS/2;Łączna\n"),
		"iso-8859-2":      in(t, iso, "umowa;miejsce\nS/2;Świetlica, ąśź ĄŚŹ łęż\n"),
		"a line of cp852": in(t, windows, "a\nŁukasz Żółć\nWąsik\n") + in(t, dos, "Łączna\n"),
		"a line of iso":   in(t, windows, "a\nŁukasz Żółć\nWąsik\n") + in(t, iso, "Świąteczna\n"),
		"a line of utf-8": in(t, windows, "a\nŁukasz Żółć\nWąsik, Śliwa, Źdźbło, Gżegżółka\n") + "Święty\n",
		"a line of 1250":  "Łukasz Żółć, Wąsik\n" + in(t, windows, "Łączna\n"),
	} {
		got, err := Decode([]byte(raw), Windows)
		if !errors.Is(err, ErrEncoding) || !strings.Contains(err.Error(), "UTF-8 and Windows-1250") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for raw, want := range map[string]error{"a\x00b": ErrNoText, "\xFF\xFEa": ErrCut, "\xFF\xFE\x00\xD8": ErrCut, "\xFE\xFF\xDC\x00\x00a": ErrNoText, "\xFF\xFE\x00\x00": ErrNoText} {
		if _, err := Decode([]byte(raw), Windows); err != want {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestUTF16(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"\xFF\xFEa\x00\x05\x01=\xD8\x00\xDE\n\x00", "\xFE\xFF\x00a\x01\x05\xD8=\xDE\x00\x00\n"} {
		if got, err := Decode([]byte(raw), Windows); got != "aą😀\n" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xFF\xFEa\x00\x05\x01"))
	f.Add([]byte("za\xbf\xf3\xb3\xe6\rx"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, err := Decode(raw, DOS, Windows, ISO)
		if err != nil || !utf8.ValidString(text) || strings.HasPrefix(text, bom) {
			return // single bad bytes of UTF-8 stay, for the reader
		}
		if again, err := Decode([]byte(text), DOS, Windows, ISO); err == nil && again != text {
			t.Errorf("%q is read again as %q", text, again)
		}
	})
}

func in2(t *testing.T, m *charmap.Charmap, s string) string {
	t.Helper()
	b, err := m.NewDecoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
