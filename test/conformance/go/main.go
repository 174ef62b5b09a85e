// Command conformance asks the services of one endpoint, through the AWS SDK for Go, what a pipeline and its operators
// ask of them. It prints a JSON object: the outcome of each check by its name, "ok" or what went wrong.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// A check panics where the answer is not as AWS's would be; see must and expect.
type check func(ctx context.Context, cfg aws.Config)

var checks = map[string]check{
	"sqs: messages with attributes":     sqsMessages,
	"sqs: a batch that fails in part":   sqsBatch,
	"sqs: FIFO order and deduplication": sqsFifo,
	"sqs: dead letters and a move task": sqsMoveTask,
	"sqs: typed errors":                 sqsErrors,
	"dynamodb: items and conditions":    dynamoConditions,
	"dynamodb: queries by pages":        dynamoQuery,
	"dynamodb: transactions":            dynamoTransactions,
	"s3: objects, listings and errors":  s3Objects,
	"s3: a multipart upload":            s3Multipart,
	"s3: presigned addresses":           s3Presigned,
	"lambda: a function and its errors": lambdaInvoke,
	"lambda: behind a queue":            lambdaMapping,
	"logs: what a function printed":     logsFilter,
	"ssm: parameters by path":           ssmParameters,
	"sts: who calls":                    stsIdentity,
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion("us-east-1"),
		config.WithBaseEndpoint(os.Args[1]),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")),
		config.WithRetryMaxAttempts(1),
	)
	if err != nil {
		panic(err)
	}
	outcomes := map[string]string{}
	for name, run := range checks {
		outcomes[name] = outcome(ctx, cfg, run)
	}
	if err := json.NewEncoder(os.Stdout).Encode(outcomes); err != nil {
		panic(err)
	}
}

func outcome(ctx context.Context, cfg aws.Config, run check) (result string) {
	defer func() {
		if reason := recover(); reason != nil {
			result = fmt.Sprint(reason)
		}
	}()
	run(ctx, cfg)
	return "ok"
}

// must returns a call's answer, or ends the check with its error.
func must[T any](answer T, err error) T {
	if err != nil {
		panic(err)
	}
	return answer
}

// expect ends the check unless what came is what was wanted.
func expect(what string, got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		panic(fmt.Sprintf("%s: got %v, want %v", what, got, want))
	}
}

// eventually repeats a question until its answer is yes, for ten seconds.
func eventually(what string, ask func() bool) {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ask() {
			return
		}
	}
	panic(what + " did not happen within 10 s")
}
