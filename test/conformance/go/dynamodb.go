package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

func text(value string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: value} }
func number(value string) types.AttributeValue { return &types.AttributeValueMemberN{Value: value} }

func createTable(ctx context.Context, client *dynamodb.Client, name string) {
	must(client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   &name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
		},
	}))
	described := must(client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name}))
	expect("the table's status", described.Table.TableStatus, types.TableStatusActive)
}

func dynamoConditions(ctx context.Context, cfg aws.Config) {
	client := dynamodb.NewFromConfig(cfg)
	table := "go-conditions"
	createTable(ctx, client, table)
	put := &dynamodb.PutItemInput{
		TableName:                           &table,
		Item:                                item{"pk": text("a"), "sk": text("1"), "count": number("1")},
		ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	must(client.PutItem(ctx, put))
	_, err := client.PutItem(ctx, put)
	var failed *types.ConditionalCheckFailedException
	expect("the condition", errors.As(err, &failed), true)
	expect("the item that is there", failed.Item["count"].(*types.AttributeValueMemberN).Value, "1")
	updated := must(client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                &table,
		Key:                      item{"pk": text("a"), "sk": text("1")},
		UpdateExpression:         aws.String("ADD #c :two SET tags = list_append(if_not_exists(tags, :none), :tag)"),
		ExpressionAttributeNames: map[string]string{"#c": "count"},
		ExpressionAttributeValues: item{
			":two": number("2"), ":none": &types.AttributeValueMemberL{},
			":tag": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x")}},
		},
		ReturnValues: types.ReturnValueAllNew,
	}))
	expect("the sum", updated.Attributes["count"].(*types.AttributeValueMemberN).Value, "3")
	expect("the list", len(updated.Attributes["tags"].(*types.AttributeValueMemberL).Value), 1)
	_, err = client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String("go-none"), Key: item{"pk": text("a"), "sk": text("1")},
	})
	var missing *types.ResourceNotFoundException
	expect("ResourceNotFoundException", errors.As(err, &missing), true)
}

func dynamoQuery(ctx context.Context, cfg aws.Config) {
	client := dynamodb.NewFromConfig(cfg)
	table := "go-query"
	createTable(ctx, client, table)
	requests := []types.WriteRequest{}
	for index := range 7 {
		row := item{"pk": text("a"), "sk": text(fmt.Sprintf("event#%d", index))}
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: row}})
	}
	must(client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{table: requests},
	}))
	pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
		TableName:                 &table,
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :prefix)"),
		ExpressionAttributeValues: item{":pk": text("a"), ":prefix": text("event#")},
		Limit:                     aws.Int32(3),
		ScanIndexForward:          aws.Bool(false),
	})
	keys := []string{}
	count := 0
	for pages.HasMorePages() {
		page := must(pages.NextPage(ctx))
		count++
		for _, row := range page.Items {
			keys = append(keys, row["sk"].(*types.AttributeValueMemberS).Value)
		}
	}
	expect("pages", count, 3)
	expect("first", keys[0], "event#6")
	expect("all", len(keys), 7)
}

func dynamoTransactions(ctx context.Context, cfg aws.Config) {
	client := dynamodb.NewFromConfig(cfg)
	table := "go-transactions"
	createTable(ctx, client, table)
	put := func(sk string) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{
			TableName: &table, Item: item{"pk": text("a"), "sk": text(sk)},
			ConditionExpression: aws.String("attribute_not_exists(pk)"),
		}}
	}
	write := func(keys ...string) error {
		items := []types.TransactWriteItem{}
		for _, key := range keys {
			items = append(items, put(key))
		}
		_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
		return err
	}
	expect("the first", write("1", "2"), nil)
	var cancelled *types.TransactionCanceledException
	expect("the second", errors.As(write("3", "2"), &cancelled), true)
	expect("first reason", *cancelled.CancellationReasons[0].Code, "None")
	expect("second reason", *cancelled.CancellationReasons[1].Code, "ConditionalCheckFailed")
	scanned := must(client.Scan(ctx, &dynamodb.ScanInput{TableName: &table, Select: types.SelectCount}))
	expect("items", scanned.Count, 2)
}
