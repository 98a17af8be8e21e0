// Package foldredis keeps projections of package fold in Redis, and feeds them. A
// Store holds rows and reads them; a Runner folds what a log records into them, a
// batch at a time; Rebuild folds the whole log in memory and writes it in bulk beside
// what is live, and then switches.
//
// It promises: rows and the checkpoint they belong to change together; an event
// delivered twice counts once; of several processes over one Redis one feeds, and
// one that wrongly believes that it does changes nothing; a fold that fails or
// panics stops its projection, loudly, and is never skipped; a reader sees rows of one
// position, and none from before a position that this process has seen there. Rows are
// read in one transaction with the checkpoint they are of, whichever server answers;
// what a Store keeps decoded between questions is used for the same rows alone.
// It stops at bytes under keys: fold decodes them, read models say what they mean.
//
// # One writer at a time
//
// A Runner feeds, rebuilds and switches while its process has the lease of the
// prefix; one without it says where the rows stand, and takes the lease when that
// lapses or is given back. The lease saves work and nothing rests on its clock: every
// transaction compares the checkpoint, which names the process that wrote it. Who
// takes the lease writes its token into each first, so that a process that was paused
// and goes on finds none to write over. Within the process one lock (Store.writing)
// lets one at a time write what is read: a batch to all projections, a switch, a
// mending. A rebuild works beside that, in a generation of its own, and takes the lock
// for the last stretch and the switch.
//
// # Layout in Redis
//
// One hash tag a projection, so that a cluster keeps it in one slot. <p> is the
// prefix (`ksiega`), <n> the projection, <g> a generation: a whole copy of the
// read model, of which one is current.
//
//	<p>:lease                   string  token and name of the process that feeds;
//	                                    expires
//	<p>:{<n>}:current           string  number of the generation that is read
//	<p>:{<n>}:last              string  the last number given to a generation
//	<p>:{<n>}:gens              hash    number → building | live, which it has been
//	<p>:{<n>}:g<g>:cp           string  checkpoint, eight words: id of the ledger;
//	                                    position seen; position and id of the last
//	                                    event seen (0 and - where none); version;
//	                                    one drawn anew whenever rows change; the
//	                                    tallies of the tables (- where none); token
//	                                    of the process that wrote it
//	<p>:{<n>}:g<g>:t            set     tables that ever had a row
//	<p>:{<n>}:g<g>:p:<table>    hash    part that has a row → its tally
//	<p>:{<n>}:g<g>:r:<table>:<part>  hash  field → row as JSON, zero fields left out
//
// A tally is a count and a sum of hashes: of a part's rows, of a table's parts. So
// the checkpoint says what there is, and Redis cannot lose a key unseen: a reader
// that finds less is refused, a writer folds nothing over it, and the model is built
// anew. A checkpoint names its ledger and the last event it has seen; one of another
// ledger, or whose event the log lacks, is never served.
//
// Parts and fields come escaped from the fold, without `:`, and sort bytewise.
// A generation is `building` until `current` names it, in one MULTI, and is
// current once: numbers are of the clock and only grow, so that none comes again
// though Redis loses its keys or is set back. One with a number below the current one
// is what a crash or a switch left behind and is unlinked after the next switch, its
// checkpoint first, so that no reader takes what is left for the whole; one that was
// never current, where somebody may still be writing it, is looked for once more after
// the switch that follows.
package foldredis
