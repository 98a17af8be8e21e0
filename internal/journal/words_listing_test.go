package journal

func wordsOfListing() map[string]string {
	return map[string]string{
		"id":   `listing.Entry.ID listing.Entry.Stream`,
		"code": `listing.Entry.Kind`,
	}
}
