// Command tlogclient reads one of our logs with nothing of ours: Go's own note and tlog packages, Tessera's client,
// and Tessera's fsck. It prints the tree size when everything holds, and fails otherwise.
//
//	tlogclient URL VKEY [-old FILE] [-witness VKEY]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	old := flag.String("old", "", "an older checkpoint that the log must continue")
	witness := flag.String("witness", "", "verifier key of a witness whose cosignature must be there")
	flag.Parse()
	if err := check(flag.Arg(0), flag.Arg(1), *old, *witness); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(prefix, vkey, old, witness string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	if witness != "" {
		return checkCosigned(prefix, verifier, witness)
	}
	raw, err := get(prefix + "/checkpoint")
	if err != nil {
		return err
	}
	now, err := open(raw, verifier)
	if err != nil {
		return err
	}
	if err := checkTree(prefix, now); err != nil {
		return fmt.Errorf("x/mod: %w", err)
	}
	if old != "" {
		if err := checkContinues(prefix, old, now, verifier); err != nil {
			return err
		}
	}
	if err := checkTessera(prefix, verifier); err != nil {
		return fmt.Errorf("tessera: %w", err)
	}
	fmt.Println(now.N)
	return nil
}

func get(where string) ([]byte, error) {
	answer, err := http.Get(where)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", where, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// open verifies a note with Go's own package and reads the checkpoint in it.
func open(raw []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	var size int64
	if _, err := fmt.Sscanf(lines[1], "%d", &size); err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

// tiles reads C2SP paths for Go's tlog package, whose own paths name the height too.
type tiles struct{ prefix string }

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		raw, err := get(t.prefix + "/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		found = append(found, raw)
	}
	return found, nil
}

func checkTree(prefix string, now tlog.Tree) error {
	reader := tlog.TileHashReader(now, tiles{prefix})
	root, err := tlog.TreeHash(now.N, reader)
	if err != nil {
		return err
	}
	if root != now.Hash {
		return fmt.Errorf("the tiles make %s, the checkpoint says %s", root, now.Hash)
	}
	for _, index := range []int64{0, now.N / 2, now.N - 1} {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(now.N, index, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, now.N, now.Hash, index, hashes[0]); err != nil {
			return err
		}
	}
	return nil
}

func checkContinues(prefix, file string, now tlog.Tree, verifier note.Verifier) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, err := open(raw, verifier)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(now.N, before.N, tlog.TileHashReader(now, tiles{prefix}))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, now.N, now.Hash, before.N, before.Hash)
}

func checkTessera(prefix string, verifier note.Verifier) error {
	root, err := url.Parse(prefix + "/")
	if err != nil {
		return err
	}
	fetcher, err := client.NewHTTPFetcher(root, http.DefaultClient)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if _, _, _, err := client.FetchCheckpoint(ctx, fetcher.ReadCheckpoint, verifier, verifier.Name()); err != nil {
		return err
	}
	return fsck.New(verifier.Name(), verifier, fetcher, leafHashes, fsck.Opts{N: 2}).Check(ctx)
}

func leafHashes(raw []byte) ([][]byte, error) {
	bundle := &api.EntryBundle{}
	if err := bundle.UnmarshalText(raw); err != nil {
		return nil, err
	}
	var found [][]byte
	for _, entry := range bundle.Entries {
		found = append(found, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return found, nil
}

func checkCosigned(prefix string, verifier note.Verifier, witness string) error {
	raw, err := get(prefix + "/checkpoint/cosigned")
	if err != nil {
		return err
	}
	theirs, err := fnote.NewVerifierForCosignatureV1(witness)
	if err != nil {
		return err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier, theirs))
	if err != nil {
		return err
	}
	fmt.Println(len(opened.Sigs))
	return nil
}
