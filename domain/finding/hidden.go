package finding

import (
	"encoding/json"
	"fmt"
	"strings"

	"ksiega/domain"
)

// hidden begins the name that stands for an id which tells what is sealed.
const hidden = "sealed:"

// HiddenName is what such an id is recorded as: of a keyed digest of it, in letters, so that
// it is never taken for somebody's number.
func HiddenName(digest [32]byte) string {
	letters := make([]byte, 0, len(digest))
	for _, b := range digest[:len(digest)/2] {
		letters = append(letters, 'a'+b>>4, 'a'+b&15)
	}
	return hidden + string(letters)
}

// Hides says whether a name stands for an id that tells what is sealed.
func Hides(name string) bool { return strings.HasPrefix(name, hidden) }

// Whose is what an id that tells codes, as this build makes it, is about: the participant, or
// the contract whose participant it is; none of any other.
func Whose(id string) (of domain.Ref) {
	parts := strings.Split(id, ":")
	at, kind := 1, domain.RefParticipant
	switch {
	case !TellsCodes(id) || Hides(id) || len(parts) < 3:
		return of
	case Kind(parts[0]) == NotRegistered:
		kind = domain.RefContract
	case Kind(parts[0]) == OverCap: // of a programme
		if at = 3; strings.HasPrefix(parts[2], string(domain.RefContract)) {
			kind = domain.RefContract
		}
	}
	if at < len(parts) {
		of = domain.Ref{Kind: kind, ID: UnescapePart(parts[at])}
	}
	return of
}

// HiddenSeal is how what is hidden of a finding is sealed: by the key of the person whose code
// it tells, so that it goes with that.
func HiddenSeal(name, participant, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: participant}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefFinding, ID: name}}}
}

// Text is figures to be sealed: equal ones have one text.
func (f Figures) Text() (string, error) {
	text, err := json.Marshal(f)
	return string(text), err
}

// ReadFigures reads what Text wrote.
func ReadFigures(text string) (f Figures, err error) {
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return Figures{}, fmt.Errorf("read figures of a finding: %w", err)
	}
	return f, nil
}
