package crashtest

import (
	"strings"
	"testing"
	"time"
)

// A few random kills under load. `make crash` does the same with as many as one
// likes.
func TestCampaign(t *testing.T) {
	t.Parallel()
	campaign := &Campaign{
		Shop: testShop(t, 20*time.Millisecond), Kills: 10, Callers: 6, Between: 300 * time.Millisecond, Working: true,
	}
	result, err := campaign.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Err(); err != nil {
		t.Error(err)
	}
	if result.Promises == 0 || result.Keyed == 0 || result.Unsafe == 0 {
		t.Errorf("there was no load: %+v", result)
	}
	var table strings.Builder
	if err := result.Table(&table); err != nil {
		t.Error(err)
	}
	t.Log("\n" + table.String())
}
