package durability

import "ksiega/domain"

// ReadinessDeclaredV1 is durability.readiness-declared.v1 and NoticePublishedV1
// durability.notice-published.v1, with the whole address in clear.
type (
	ReadinessDeclaredV1 ReadinessDeclared
	NoticePublishedV1   NoticePublished
)

// Now is the event as it is recorded today.
func (e ReadinessDeclaredV1) Now() ReadinessDeclared {
	e.Address = addressInClear(e.URL)
	return ReadinessDeclared(e)
}

// Now is the event as it is recorded today.
func (e NoticePublishedV1) Now() NoticePublished {
	e.Address = addressInClear(e.URL)
	return NoticePublished(e)
}

func addressInClear(url string) Address {
	address, query := SplitURL(url)
	return Address{URL: address, Query: domain.InClear(query)}
}
