package main

import (
	"text/template"
	_ "unsafe" // for go:linkname

	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/release"
	_ "helm.sh/helm/v3/pkg/storage/driver" // provides two of the functions below
)

// The functions below are Helm's own, reached by their link names, so that the
// oracle answers with Helm's code and not with a copy of it.

//go:linkname helmFuncMap helm.sh/helm/v3/pkg/engine.funcMap
func helmFuncMap() template.FuncMap

//go:linkname helmInitFunMap helm.sh/helm/v3/pkg/engine.Engine.initFunMap
func helmInitFunMap(e engine.Engine, t *template.Template)

//go:linkname helmCleanupParseError helm.sh/helm/v3/pkg/engine.cleanupParseError
func helmCleanupParseError(filename string, err error) error

//go:linkname helmCleanupExecError helm.sh/helm/v3/pkg/engine.cleanupExecError
func helmCleanupExecError(filename string, err error) error

//go:linkname helmEncodeRelease helm.sh/helm/v3/pkg/storage/driver.encodeRelease
func helmEncodeRelease(rls *release.Release) (string, error)

//go:linkname helmDecodeRelease helm.sh/helm/v3/pkg/storage/driver.decodeRelease
func helmDecodeRelease(data string) (*release.Release, error)
