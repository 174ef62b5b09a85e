package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func newS3(ctx context.Context, cfg aws.Config, bucket string) *s3.Client {
	client := s3.NewFromConfig(cfg, func(options *s3.Options) { options.UsePathStyle = true })
	must(client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket}))
	return client
}

func content(ctx context.Context, client *s3.Client, bucket, key string) string {
	object := must(client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key}))
	defer object.Body.Close()
	return string(must(io.ReadAll(object.Body)))
}

// The SDK for Go sends a checksum of its own with every upload and compares the one it gets back.
func s3Objects(ctx context.Context, cfg aws.Config) {
	bucket := "go-objects"
	client := newS3(ctx, cfg, bucket)
	for index := range 5 {
		must(client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &bucket, Key: aws.String(fmt.Sprintf("docs/%d.txt", index)), Body: strings.NewReader("text"),
			ContentType: aws.String("text/plain"), Metadata: map[string]string{"owner": "me"},
		}))
	}
	expect("content", content(ctx, client, bucket, "docs/0.txt"), "text")
	head := must(client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String("docs/0.txt")}))
	expect("type", *head.ContentType, "text/plain")
	expect("metadata", head.Metadata["owner"], "me")
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
		Bucket: &bucket, Prefix: aws.String("docs/"), MaxKeys: aws.Int32(2),
	})
	keys := 0
	for pages.HasMorePages() {
		keys += len(must(pages.NextPage(ctx)).Contents)
	}
	expect("keys", keys, 5)
	_, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("none")})
	var noKey *types.NoSuchKey
	expect("NoSuchKey", errors.As(err, &noKey), true)
	_, err = client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: aws.String("none")})
	var notFound *types.NotFound
	expect("NotFound", errors.As(err, &notFound), true)
}

func s3Multipart(ctx context.Context, cfg aws.Config) {
	bucket, key := "go-multipart", "large"
	client := newS3(ctx, cfg, bucket)
	upload := must(client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key}))
	parts := []types.CompletedPart{}
	for index, body := range [][]byte{bytes.Repeat([]byte("a"), 5<<20), []byte("the end")} {
		part := aws.Int32(int32(index + 1))
		sent := must(client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: &bucket, Key: &key, UploadId: upload.UploadId, PartNumber: part, Body: bytes.NewReader(body),
		}))
		parts = append(parts, types.CompletedPart{ETag: sent.ETag, PartNumber: part, ChecksumCRC32: sent.ChecksumCRC32})
	}
	must(client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &bucket, Key: &key, UploadId: upload.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}))
	expect("length", len(content(ctx, client, bucket, key)), 5<<20+len("the end"))
}

func s3Presigned(ctx context.Context, cfg aws.Config) {
	bucket, key := "go-presigned", "document"
	client := newS3(ctx, cfg, bucket)
	presigner := s3.NewPresignClient(client)
	put := must(presigner.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key}))
	request := must(http.NewRequestWithContext(ctx, put.Method, put.URL, strings.NewReader("hello")))
	request.Header = put.SignedHeader
	answer := must(http.DefaultClient.Do(request))
	answer.Body.Close()
	expect("status", answer.StatusCode, 200)
	get := must(presigner.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key}))
	answer = must(http.Get(get.URL))
	defer answer.Body.Close()
	expect("content", string(must(io.ReadAll(answer.Body))), "hello")
}
