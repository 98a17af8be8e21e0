package domain

import (
	"errors"
	"testing"
)

func TestNewIDsAreOfOneAlphabetAndHoldNoPESEL(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"U001", "SK/01/2018", "PUP/PSU/1/2024", "AA-01", "CAZ-521.1.12(2)/2018", "Um. nr 3/2020", "ŁÓDŹ_7", "G:1#2~3",
		"61109010140000071219812874/2018/5/1", "2018-05-02", "12345678901", "944051401359", "P440514-01359/2"} {
		if err := CheckNewID(id); err != nil {
			t.Errorf("%q is refused: %v", id, err)
		}
	}
	for id, want := range map[string]error{
		"P44051401359": ErrPESELAsID, "SK-44051401359-2018": ErrPESELAsID, "44051401359": ErrPESELAsID, "440514/01359": ErrPESELAsID,
		"44.05.14-013 59": ErrPESELAsID, "(44051401359)": ErrPESELAsID, "PL61 1090 1014 0000 0712 1981 2874": ErrAccountAsID,
		"４４０５１４０１３５９": ErrAlphabet, "U1\u034f": ErrAlphabet, "U1\u3164": ErrAlphabet, "U1\u2800": ErrAlphabet, "U1\ufe0f": ErrAlphabet,
		"U1\u200b": ErrBadID, "Ｕ1": ErrAlphabet, "U\u00a01": ErrBadID, "U  1": ErrAlphabet, "Jan Nowak, HIV+": ErrAlphabet, "Аnna": ErrAlphabet,
		"a\u0301": ErrAlphabet, "x\ty": ErrBadID, "U1?q=1": ErrAlphabet, "": ErrNoID,
	} {
		if err := CheckNewID(id); !errors.Is(err, want) {
			t.Errorf("%q: %v, not %v", id, err, want)
		}
	}
}

func TestNamesAmongIDsAreNoticed(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"KOWALSKI-JAN-1982", "Nowak", "jan.kowalski", "G-Wróbel", "wróbel1"} {
		if !LooksLikeName(id) {
			t.Errorf("%q passes for an id", id)
		}
	}
	for _, id := range []string{"U001", "SK/01/2018", "PUP/PSU/1/2024", "LW/2018/02", "UMOWA/1/2020", "Rodzina 12", "GOSP-7", "MOPS/4", "AA-01", "KOR/2018/05"} {
		if LooksLikeName(id) {
			t.Errorf("%q passes for a name", id)
		}
	}
}

func TestNamesAmongWordsAreKnownByTheirCapital(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"Kowalski", "dom Nowaków", "pustostan Żurawia"} {
		if !LooksLikeNameAmongWords(id) {
			t.Errorf("%q passes for words", id)
		}
	}
	for _, id := range []string{"dworzec", "pustostan-2", "praca socjalna", "szkolenia", "PKP", "NOC/2025", "Lista 3"} {
		if LooksLikeNameAmongWords(id) {
			t.Errorf("%q passes for a name", id)
		}
	}
}
