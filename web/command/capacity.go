package command

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"redial/engine/admission"
	"redial/web/hook"
)

// capacity is how much one server takes on at the same time.
type capacity struct {
	executions admission.Limits
	callers    int
	bodies     int64
	// connections is how many may be open, with and without a request.
	connections int
}

const (
	// executionMemory is what an execution may take that waits for an outside
	// service, with the lines to its caller and to the service.
	executionMemory = 128 << 10
	// queuedMemory is what one may take that waits for its turn.
	queuedMemory = 32 << 10
	// bodyShare is the part of the memory that bodies may take. Values that are read
	// from them take up to twenty times as much.
	bodyShare = 64
	// ownFiles are for the database, viewers and the like.
	ownFiles = 256
)

// capacityFor is that of a machine with so much memory, in bytes, on which the
// process may open so many files.
func capacityFor(memory int64, files int) capacity {
	running := int(min(max(memory/executionMemory, 1_000), 100_000))
	// Each caller who waits for a service is two connections.
	callers := min(2*running, max((files-ownFiles)/2, 64))
	return capacity{
		executions: admission.Limits{
			Running: running, Queued: 10_000, QueuedTotal: int(min(max(memory/queuedMemory/4, 10_000), 1_000_000)),
		},
		callers: callers,
		bodies:  max(memory/bodyShare, hook.DefaultBodies),
		// The rest is for calls of outside services.
		connections: max((files-ownFiles)*3/4, 64),
	}
}

// parseCapacity reads what differs from the machine's, such as
// running=5000,queued=1000,callers=20000,bodies=256MiB.
func parseCapacity(text string, usual capacity) (capacity, error) {
	c := usual
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if err := c.set(strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return c, usageError("--capacity has %q; %v", part, err)
		}
	}
	return c, nil
}

func (c *capacity) set(name, value string) error {
	numbers := map[string]*int{
		"running": &c.executions.Running, "queued": &c.executions.Queued,
		"queued-total": &c.executions.QueuedTotal, "callers": &c.callers, "connections": &c.connections,
	}
	if name == "bodies" {
		mib, isMiB := strings.CutSuffix(value, "MiB")
		n, err := strconv.ParseInt(strings.TrimSpace(mib), 10, 32)
		if !isMiB || err != nil || n < 1 {
			return fmt.Errorf("it is a size such as 256MiB")
		}
		c.bodies = n << 20
		return nil
	}
	number := numbers[name]
	if number == nil {
		return fmt.Errorf("there are running, queued, queued-total, callers, connections and bodies")
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 10_000_000 {
		return fmt.Errorf("it is a number from 1 to 10000000")
	}
	*number = n
	return nil
}

// bounds are what flags and environment say of capacity and rates.
func (c *config) bounds() (capacity, hook.Bounds, error) {
	bounds := hook.Bounds{}
	capacity, err := parseCapacity(c.capacity, capacityFor(memory(), openFiles()))
	if err == nil {
		err = parseRates(c.rates, &bounds)
	}
	if err == nil {
		bounds.Proxies, err = parseProxies(c.proxies)
	}
	bounds.Callers, bounds.Bodies = capacity.callers, capacity.bodies
	return capacity, bounds, err
}

// assumedMemory is for machines that do not say how much they have.
const assumedMemory = 4 << 30

// memory is how much this process may use: what GOMEMLIMIT says, or its control
// group, or what the machine has.
func memory() int64 {
	least := int64(math.MaxInt64)
	if limit := debug.SetMemoryLimit(-1); limit > 0 {
		least = limit
	}
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if data, err := os.ReadFile(file); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64); err == nil && n > 0 {
				least = min(least, n)
			}
		}
	}
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		if total := memTotal(string(data)); total > 0 {
			least = min(least, total)
		}
	}
	if least >= math.MaxInt64/2 {
		return assumedMemory
	}
	return least
}

// memTotal reads the line "MemTotal: 16318480 kB"; 0: there is none.
func memTotal(meminfo string) int64 {
	for line := range strings.Lines(meminfo) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			if fields := strings.Fields(rest); len(fields) == 2 && fields[1] == "kB" {
				kib, _ := strconv.ParseInt(fields[0], 10, 64)
				return kib << 10
			}
		}
	}
	return 0
}
