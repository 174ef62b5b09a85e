package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

func createQueue(ctx context.Context, client *sqs.Client, name string, attributes map[string]string) (url, arn string) {
	created := must(client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes}))
	described := must(client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl:       created.QueueUrl,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	}))
	return *created.QueueUrl, described.Attributes["QueueArn"]
}

func receive(ctx context.Context, client *sqs.Client, url string, visibility int32) []types.Message {
	return must(client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:                    &url,
		MaxNumberOfMessages:         10,
		WaitTimeSeconds:             1,
		VisibilityTimeout:           visibility,
		MessageAttributeNames:       []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})).Messages
}

// The SDK for Go compares the MD5 of bodies and fails where they differ.
func sqsMessages(ctx context.Context, cfg aws.Config) {
	client := sqs.NewFromConfig(cfg)
	url, _ := createQueue(ctx, client, "go-messages", nil)
	sent := must(client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:    &url,
		MessageBody: aws.String("héllo"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"number": {DataType: aws.String("Number.int"), StringValue: aws.String("7")},
			"bytes":  {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255}},
		},
	}))
	messages := receive(ctx, client, url, 30)
	expect("messages", len(messages), 1)
	message := messages[0]
	expect("body", *message.Body, "héllo")
	expect("id", *message.MessageId, *sent.MessageId)
	expect("attributes' MD5", *message.MD5OfMessageAttributes, *sent.MD5OfMessageAttributes)
	expect("number", *message.MessageAttributes["number"].StringValue, "7")
	expect("bytes", message.MessageAttributes["bytes"].BinaryValue, []byte{0, 255})
	expect("receive count", message.Attributes["ApproximateReceiveCount"], "1")
	must(client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: message.ReceiptHandle}))
	expect("left", len(receive(ctx, client, url, 30)), 0)
}

func sqsBatch(ctx context.Context, cfg aws.Config) {
	client := sqs.NewFromConfig(cfg)
	url, _ := createQueue(ctx, client, "go-batch", nil)
	sent := must(client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{
		QueueUrl: &url,
		Entries: []types.SendMessageBatchRequestEntry{
			{Id: aws.String("good"), MessageBody: aws.String("good")},
			{Id: aws.String("bad"), MessageBody: aws.String("bad"), DelaySeconds: 901},
		},
	}))
	expect("successful", *sent.Successful[0].Id, "good")
	expect("failed", *sent.Failed[0].Id, "bad")
	expect("the sender's fault", sent.Failed[0].SenderFault, true)
	expect("code", *sent.Failed[0].Code, "InvalidParameterValue")
}

func sqsFifo(ctx context.Context, cfg aws.Config) {
	client := sqs.NewFromConfig(cfg)
	url, _ := createQueue(ctx, client, "go-order.fifo", map[string]string{
		"FifoQueue": "true", "ContentBasedDeduplication": "true",
	})
	for _, body := range []string{"1", "2", "2", "3"} {
		must(client.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: &url, MessageBody: &body, MessageGroupId: aws.String("group"),
		}))
	}
	bodies := []string{}
	for _, message := range receive(ctx, client, url, 30) {
		bodies = append(bodies, *message.Body)
	}
	expect("bodies", bodies, []string{"1", "2", "3"})
}

func sqsMoveTask(ctx context.Context, cfg aws.Config) {
	client := sqs.NewFromConfig(cfg)
	// A timeout of zero is the queue's here: the SDK for Go leaves a zero out of a receive.
	dead, deadArn := createQueue(ctx, client, "go-dead", map[string]string{"VisibilityTimeout": "0"})
	source, sourceArn := createQueue(ctx, client, "go-source", map[string]string{
		"VisibilityTimeout": "0",
		"RedrivePolicy":     fmt.Sprintf(`{"deadLetterTargetArn":"%s","maxReceiveCount":1}`, deadArn),
	})
	must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &source, MessageBody: aws.String("hello")}))
	expect("first receive", len(receive(ctx, client, source, 0)), 1)
	expect("second receive", len(receive(ctx, client, source, 0)), 0)
	letters := receive(ctx, client, dead, 0)
	expect("dead letters", len(letters), 1)
	expect("their source", letters[0].Attributes["DeadLetterQueueSourceArn"], sourceArn)
	sources := must(client.ListDeadLetterSourceQueues(ctx, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: &dead}))
	expect("sources", sources.QueueUrls, []string{source})
	must(client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &deadArn}))
	eventually("the move", func() bool {
		tasks := must(client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &deadArn}))
		return *tasks.Results[0].Status == "COMPLETED"
	})
	expect("back at the source", len(receive(ctx, client, source, 30)), 1)
}

func sqsErrors(ctx context.Context, cfg aws.Config) {
	client := sqs.NewFromConfig(cfg)
	_, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("go-none")})
	var missing *types.QueueDoesNotExist
	expect("QueueDoesNotExist", errors.As(err, &missing), true)
	expect("its code of old", missing.ErrorCode(), "AWS.SimpleQueueService.NonExistentQueue")
	url, _ := createQueue(ctx, client, "go-errors", nil)
	_, err = client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: aws.String("none")})
	var handle *types.ReceiptHandleIsInvalid
	expect("ReceiptHandleIsInvalid", errors.As(err, &handle), true)
	_, err = client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 11})
	var api smithy.APIError
	expect("an API error", errors.As(err, &api), true)
	expect("its code", api.ErrorCode(), "InvalidParameterValue")
}
