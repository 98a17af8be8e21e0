package queries

import (
	"context"
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// checkKnown refuses a question about a thing that the ledger does not know, which was
// named by a parameter.
func (d *Reader) checkKnown(ctx context.Context, param string, thing domain.Ref) error {
	known, err := d.knows(ctx, thing)
	if err == nil && !known {
		err = ErrUnknown.At(param).With("%s", param)
	}
	return err
}

// knows tells whether an event concerns a thing, or was recorded by an actor; the
// programmes of the catalogue are known without where none is recorded yet.
func (d *Reader) knows(ctx context.Context, ref domain.Ref) (known bool, err error) {
	if ref.Kind == domain.RefProgramme {
		if known, err := d.knownProgramme(ctx, ref.ID); known || err != nil {
			return known, err
		}
	}
	if d.opts.Store != nil {
		err = d.opts.Store.Read(ctx, func(views map[string]projections.View) error {
			found, err := projections.Postings(ctx, views[projections.Audit().Name], ref, journal.Position{}, journal.Bound{}, 1)
			known = len(found) > 0
			return err
		}, projections.Audit())
		if known || err == nil && d.opts.Runner != nil || err != nil && !errors.Is(err, fold.ErrNotBuilt) {
			return known, err
		}
		// Nobody here says how far that index has come.
	}
	err = d.opts.Journal.Each(ctx, journal.ScanOptions{}, func(r *journal.Recorded) error {
		if known = concerns(r, ref); known {
			return journal.ErrEnough
		}
		return nil
	})
	return known, err
}

// checkTypes refuses a pattern that no type of event matches.
func (d *Reader) checkTypes(glob string) error {
	if glob == "" {
		return nil
	}
	for _, typ := range d.opts.Journal.Types() {
		if ok, err := path.Match(glob, typ); err != nil || ok {
			return nil //nolint:nilerr // checked before
		}
	}
	return ErrNoType.At("type")
}

// streamNames are the names that a stream may have been meant by: the one given,
// and as the log spells it where ids were pasted decoded, or encoded once more.
func streamNames(text string) []string {
	names := []string{text}
	for range 2 {
		plain, err := url.PathUnescape(text)
		if err != nil {
			break
		}
		if category, id, ok := strings.Cut(plain, "-"); ok {
			names = append(names, domain.Stream(category, id))
		}
		names, text = append(names, plain), plain
	}
	slices.Sort(names[1:])
	return slices.Compact(names)
}
