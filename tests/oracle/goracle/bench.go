package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"sort"
	"time"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/releaseutil"
)

// benchCase is one line of the cases file.
type benchCase struct {
	ID        string   `json:"id"`
	Chart     string   `json:"chart"`
	Values    []string `json:"values"`
	Set       []string `json:"set"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace"`
}

// benchStages are the parts of one run, in microseconds.
type benchStages struct {
	Load   float64 `json:"load_us"`   // folder to chart in memory
	Values float64 `json:"values_us"` // dependencies, coalescing, schema
	Render float64 `json:"render_us"` // parse and execute all templates
	Sort   float64 `json:"sort_us"`   // split, parse heads, install order
	Loaded float64 `json:"loaded_us"` // values + render: what a chart in memory costs
	Full   float64 `json:"full_us"`   // everything, from the folder on
}

// bench times Helm's library on each case and prints one JSON object per case.
func bench(args []string, out io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	cases := flags.String("cases", "", `file with one JSON object per line: {"id","chart","values":[files],"set":[..],"name","namespace"}`)
	runs := flags.Int("runs", 11, "timed runs per case, after one that is not timed")
	budget := flags.Duration("budget", 5*time.Second, "stop repeating a case after this long")
	procs := flags.Int("procs", 0, "GOMAXPROCS (0: as it is)")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *procs > 0 {
		runtime.GOMAXPROCS(*procs)
	}
	file, err := os.Open(*cases)
	if err != nil {
		fmt.Fprintln(os.Stderr, "goracle bench:", err)
		return 2
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		if len(scanner.Bytes()) == 0 {
			continue
		}
		var c benchCase
		res := response{}
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			res["err"] = err.Error()
		} else {
			res = benchOne(c, *runs, *budget)
		}
		encoded, _ := marshal(res)
		out.Write(encoded)
	}
	return 0
}

// benchOne answers with the median of each stage.
func benchOne(c benchCase, runs int, budget time.Duration) response {
	res := response{"id": c.ID, "chart": c.Chart}
	var seen []benchStages
	start := time.Now()
	for i := 0; i <= runs && (i < 2 || time.Since(start) < budget); i++ {
		stages, size, err := timeOnce(c)
		if err != nil {
			res["err"] = err.Error()
			return res
		}
		res["bytes"] = size
		if i > 0 {
			seen = append(seen, stages)
		}
	}
	res["runs"] = len(seen)
	res["median"] = benchStages{
		Load:   median(seen, func(s benchStages) float64 { return s.Load }),
		Values: median(seen, func(s benchStages) float64 { return s.Values }),
		Render: median(seen, func(s benchStages) float64 { return s.Render }),
		Sort:   median(seen, func(s benchStages) float64 { return s.Sort }),
		Loaded: median(seen, func(s benchStages) float64 { return s.Loaded }),
		Full:   median(seen, func(s benchStages) float64 { return s.Full }),
	}
	return res
}

// timeOnce loads afresh each time: processing dependencies changes the chart.
func timeOnce(c benchCase) (stages benchStages, size int, err error) {
	opts := values.Options{ValueFiles: c.Values, Values: c.Set}
	vals, err := opts.MergeValues(getter.All(cli.New()))
	if err != nil {
		return stages, 0, err
	}
	begin := time.Now()
	chrt, err := loader.Load(c.Chart)
	if err != nil {
		return stages, 0, err
	}
	loaded := time.Now()
	if err := chartutil.ProcessDependenciesWithMerge(chrt, vals); err != nil {
		return stages, 0, err
	}
	rel := chartutil.ReleaseOptions{Name: c.Name, Namespace: c.Namespace, Revision: 1, IsInstall: true}
	top, err := chartutil.ToRenderValues(chrt, vals, rel, chartutil.DefaultCapabilities)
	if err != nil {
		return stages, 0, err
	}
	valued := time.Now()
	files, err := engine.Render(chrt, top)
	if err != nil {
		return stages, 0, err
	}
	rendered := time.Now()
	for name, text := range files {
		if len(name) > 9 && name[len(name)-9:] == "NOTES.txt" {
			delete(files, name)
		} else {
			size += len(text)
		}
	}
	if _, _, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder); err != nil {
		return stages, 0, err
	}
	sorted := time.Now()
	return benchStages{
		Load: micros(begin, loaded), Values: micros(loaded, valued), Render: micros(valued, rendered),
		Sort: micros(rendered, sorted), Loaded: micros(loaded, rendered), Full: micros(begin, sorted),
	}, size, nil
}

func micros(from, to time.Time) float64 { return float64(to.Sub(from).Nanoseconds()) / 1000 }

func median(all []benchStages, of func(benchStages) float64) float64 {
	numbers := make([]float64, len(all))
	for i, s := range all {
		numbers[i] = of(s)
	}
	sort.Float64s(numbers)
	middle := len(numbers) / 2
	if len(numbers)%2 == 0 {
		return (numbers[middle-1] + numbers[middle]) / 2
	}
	return numbers[middle]
}
