// Says what operator-framework's own validators have against an OLM bundle: one line per finding, errors first, and
// nothing for a bundle without fault. The exit code is 1 if there is an error.
//
//	olm bundle
package main

import (
	"fmt"
	"os"

	"github.com/operator-framework/api/pkg/manifests"
	"github.com/operator-framework/api/pkg/validation"
	"github.com/operator-framework/api/pkg/validation/errors"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: olm FOLDER")
		os.Exit(2)
	}
	bundle, err := manifests.GetBundleFromDir(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	// As `operator-sdk bundle validate --select-optional suite=operatorframework` has them.
	validators := validation.DefaultBundleValidators.WithValidators(
		validation.OperatorHubV2Validator,
		validation.StandardCapabilitiesValidator,
		validation.StandardCategoriesValidator,
		validation.GoodPracticesValidator,
	)
	var failed, warned []errors.Error
	for _, result := range validators.Validate(bundle.ObjectsToValidate()...) {
		failed = append(failed, result.Errors...)
		warned = append(warned, result.Warnings...)
	}
	for _, finding := range append(failed, warned...) {
		fmt.Println(finding)
	}
	if len(failed) > 0 {
		os.Exit(1)
	}
}
