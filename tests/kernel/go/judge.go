// Judge answers requests about a log with Go's own sumdb/tlog and sumdb/note: one JSON object a line in,
// one verdict a line out. It knows nothing of Jishi but where the tile files are.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Op      string
	Size    int64
	Root    tlog.Hash
	Index   int64
	Hash    tlog.Hash
	OldSize int64
	OldRoot tlog.Hash
	Proof   []tlog.Hash
	Folder  string
	Note    string
	Keys    []string
	Witness string
	Text    string
	Name    string
	Entries []string
}

type verdict struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	Key   string `json:"key,omitempty"`
	Note  string `json:"note,omitempty"`
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		var said verdict
		if err = json.Unmarshal(line, &asked); err == nil {
			err = answer(asked, &said)
		}
		if err != nil {
			said.Error = err.Error()
		}
		said.OK = err == nil
		out.Encode(said)
	}
}

func answer(asked request, said *verdict) error {
	switch asked.Op {
	case "included":
		return tlog.CheckRecord(asked.Proof, asked.Size, asked.Root, asked.Index, asked.Hash)
	case "consistent":
		return tlog.CheckTree(asked.Proof, asked.Size, asked.Root, asked.OldSize, asked.OldRoot)
	case "tiles":
		return prove(asked)
	case "records":
		return build(asked)
	case "opened":
		return open(asked)
	case "signed":
		return sign(asked, said)
	}
	return fmt.Errorf("unknown request %q", asked.Op)
}

// prove makes both proofs from the tile files alone and compares them with the ones given.
func prove(asked request) error {
	reader := tlog.TileHashReader(tlog.Tree{N: asked.Size, Hash: asked.Root}, files{asked.Folder})
	included, err := tlog.ProveRecord(asked.Size, asked.Index, reader)
	if err != nil {
		return err
	}
	if err = tlog.CheckRecord(included, asked.Size, asked.Root, asked.Index, asked.Hash); err != nil {
		return err
	}
	grown, err := tlog.ProveTree(asked.Size, asked.OldSize, reader)
	if err != nil {
		return err
	}
	if fmt.Sprint(included, grown) != fmt.Sprint(tlog.RecordProof(asked.Proof[:len(included)]), tlog.TreeProof(asked.Proof[len(included):])) {
		return errors.New("Go makes other proofs")
	}
	return tlog.CheckTree(grown, asked.Size, asked.Root, asked.OldSize, asked.OldRoot)
}

// files reads tiles of height 8 where the C2SP paths put them: Go's path without the height.
type files struct{ folder string }

func (f files) Height() int                     { return 8 }
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) (read [][]byte, err error) {
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		raw, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		read = append(read, raw)
	}
	return read, nil
}

// build hashes records into a tree of Go's own and compares the root.
func build(asked request) error {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for number, entry := range asked.Entries {
		record, err := base64.StdEncoding.DecodeString(entry)
		if err != nil {
			return err
		}
		hashes, err := tlog.StoredHashes(int64(number), record, reader)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(asked.Entries)), reader)
	if err == nil && root != asked.Root {
		err = errors.New("Go has another root")
	}
	return err
}

// open needs a good signature of every key given, and of the witness if one is named.
func open(asked request) error {
	var known []note.Verifier
	for _, text := range asked.Keys {
		key, err := note.NewVerifier(text)
		if err != nil {
			return err
		}
		known = append(known, key)
	}
	if asked.Witness != "" {
		key, err := newWitness(asked.Witness)
		if err != nil {
			return err
		}
		known = append(known, key)
	}
	opened, err := note.Open([]byte(asked.Note), note.VerifierList(known...))
	if err == nil && len(opened.Sigs) != len(known) {
		err = errors.New("a key given has not signed")
	}
	return err
}

func sign(asked request, said *verdict) error {
	private, public, err := note.GenerateKey(rand.Reader, asked.Name)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: asked.Text}, signer)
	said.Key, said.Note = public, string(signed)
	return err
}

// witness checks C2SP cosignatures of type 4, which Go's package leaves to its callers.
type witness struct {
	name   string
	public []byte
}

func newWitness(text string) (*witness, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed witness key")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 33 || raw[0] != 4 {
		return nil, errors.New("malformed witness key")
	}
	made := &witness{parts[0], raw[1:]}
	if fmt.Sprintf("%08x", made.KeyHash()) != parts[1] {
		return nil, errors.New("wrong witness key id")
	}
	return made, nil
}

func (w *witness) Name() string { return w.name }
func (w *witness) KeyHash() uint32 {
	sum := sha256.Sum256([]byte(w.name + "\n\x04" + string(w.public)))
	return binary.BigEndian.Uint32(sum[:])
}
func (w *witness) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(w.public, []byte(message), signature[8:])
}
