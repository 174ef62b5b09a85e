// A stand-in for the Terraform provider of AWS: the real one's schema, a folder in place of a cloud.
//
// AI_PIPELINE_WORLD names that folder; see world.go for what lies in it. Nothing is sent anywhere.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

func main() {
	provider, err := newProvider()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	serve := func() tfprotov5.ProviderServer { return provider }
	if err := tf5server.Serve("registry.terraform.io/hashicorp/aws", serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
