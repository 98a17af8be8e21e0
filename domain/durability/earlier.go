package durability

import "ksiega/domain"

// Events as earlier versions recorded them, with the whole address in clear.
type (
	// ReadinessDeclaredV1 is durability.readiness-declared.v1.
	ReadinessDeclaredV1 struct {
		Statement
		URL string `json:"url,omitzero"`
	}
	// NoticePublishedV1 is durability.notice-published.v1.
	NoticePublishedV1 struct {
		Statement
		URL         string `json:"url,omitzero"`
		ContentHash string `json:"contentHash,omitzero"`
	}
)

// Now is the event as it is recorded today.
func (e ReadinessDeclaredV1) Now() ReadinessDeclared {
	return ReadinessDeclared{e.Statement, addressInClear(e.URL)}
}

// Now is the event as it is recorded today.
func (e NoticePublishedV1) Now() NoticePublished {
	return NoticePublished{e.Statement, addressInClear(e.URL), e.ContentHash}
}

func addressInClear(url string) Address {
	address, query := SplitURL(url)
	return Address{URL: address, Query: domain.InClear(query)}
}
