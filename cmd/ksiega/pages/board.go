package pages

import "io"

// Board is a page of sections: what stands, and what can be done about it.
type Board struct {
	Title, Meta, Here string
	Crumbs            []Crumb
	Notes             []Note
	Sections          []BoardSection
}

// BoardSection is one of them.
type BoardSection struct {
	ID, Title, Beside string
	Lines             []string
	Table             *Table
	Forms             []Form
}

type boardView struct {
	Head     Head
	Notes    []Note
	Sections []BoardSection
}

// Board writes one. It shows no moment: it is about now.
func (p *Pages) Board(w io.Writer, visit Visit, of Board) error {
	f := p.framed(visit, of.Title, of.Here, nil)
	f.FootNote = ""
	return p.render(w, "board", f, boardView{Head{Title: of.Title, Meta: of.Meta, Crumbs: of.Crumbs}, of.Notes, of.Sections})
}
