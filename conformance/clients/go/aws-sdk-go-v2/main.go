// SPDX-License-Identifier: Apache-2.0

// The AWS SDK for Go, version 2, with its transfer manager.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	. "adapter"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

var ctx = context.Background()

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func save(c *s3.Client, r Request, span *string) error {
	got, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: &r.Bucket, Key: &r.Key, Range: span})
	if err != nil {
		return err
	}
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(r.File, data, 0o600)
}

func put(c *s3.Client, r Request, bend func(*s3.PutObjectInput)) (Answer, error) {
	data, err := os.ReadFile(r.File)
	if err != nil {
		return nil, err
	}
	in := &s3.PutObjectInput{Bucket: &r.Bucket, Key: &r.Key, Body: bytes.NewReader(data)}
	bend(in)
	got, err := c.PutObject(ctx, in)
	if err != nil {
		return nil, err
	}
	return Answer{"etag": *got.ETag}, nil
}

func list(c *s3.Client, r Request) (Answer, error) {
	keys, prefixes := []string{}, []string{}
	in := &s3.ListObjectsV2Input{Bucket: &r.Bucket, Prefix: &r.Prefix, MaxKeys: &r.Page}
	if r.Delimiter != "" {
		in.Delimiter = &r.Delimiter
	}
	pages := s3.NewListObjectsV2Paginator(c, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
		for _, p := range page.CommonPrefixes {
			prefixes = append(prefixes, *p.Prefix)
		}
	}
	return Answer{"keys": keys, "prefixes": prefixes}, nil
}

func deleteMany(c *s3.Client, r Request) (Answer, error) {
	rows := []types.ObjectIdentifier{}
	for _, key := range r.Keys {
		rows = append(rows, types.ObjectIdentifier{Key: aws.String(key)})
	}
	got, err := c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &r.Bucket,
		Delete: &types.Delete{Objects: rows}})
	if err == nil && len(got.Errors) > 0 {
		err = fmt.Errorf("%v", got.Errors)
	}
	return nil, err
}

func presign(s *s3.PresignClient, r Request) (Answer, error) {
	var got *v4.PresignedHTTPRequest
	var err error
	switch r.Form {
	case "get":
		got, err = s.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &r.Bucket, Key: &r.Key})
	case "head":
		got, err = s.PresignHeadObject(ctx, &s3.HeadObjectInput{Bucket: &r.Bucket, Key: &r.Key})
	case "put":
		got, err = s.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &r.Bucket, Key: &r.Key})
	case "delete":
		got, err = s.PresignDeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &r.Bucket,
			Key: &r.Key})
	case "part":
		got, err = s.PresignUploadPart(ctx, &s3.UploadPartInput{Bucket: &r.Bucket, Key: &r.Key,
			UploadId: &r.Upload, PartNumber: &r.Number})
	case "post":
		post, err := s.PresignPostObject(ctx, &s3.PutObjectInput{Bucket: &r.Bucket,
			Key: &r.Key})
		if err != nil {
			return nil, err
		}
		return Answer{"url": post.URL, "fields": post.Values}, nil
	default:
		return nil, Unsupported("signs by version 4 only")
	}
	if err != nil {
		return nil, err
	}
	headers := map[string]string{}
	for name := range got.SignedHeader {
		headers[name] = got.SignedHeader.Get(name)
	}
	return Answer{"url": got.URL, "headers": headers}, nil
}

func typedErrors(c *s3.Client, r Request) (Answer, error) {
	_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: &r.Bucket, Key: aws.String("none/such")})
	var key *types.NoSuchKey
	if !errors.As(err, &key) {
		return nil, fmt.Errorf("not NoSuchKey: %v", err)
	}
	_, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &r.Bucket, Key: aws.String("none")})
	var none *types.NotFound
	if !errors.As(err, &none) {
		return nil, fmt.Errorf("not NotFound: %v", err)
	}
	return nil, nil
}

func main() {
	env := os.Getenv
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(env("REGION")),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(
			env("ACCESS_KEY"), env("SECRET_KEY"), "")))
	if err != nil {
		panic(err)
	}
	c := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.BaseEndpoint = aws.String(env("ENDPOINT"))
		o.UsePathStyle = true
	})
	signer := s3.NewPresignClient(c)
	Run("github.com/aws/aws-sdk-go-v2/service/s3", Ops{
		"make_bucket": func(r Request) (Answer, error) {
			_, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &r.Bucket})
			return nil, err
		},
		"delete_bucket": func(r Request) (Answer, error) {
			_, err := c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &r.Bucket})
			return nil, err
		},
		"buckets": func(r Request) (Answer, error) {
			got, err := c.ListBuckets(ctx, &s3.ListBucketsInput{})
			names := []string{}
			if err == nil {
				for _, b := range got.Buckets {
					names = append(names, *b.Name)
				}
			}
			return Answer{"names": names}, err
		},
		"put": func(r Request) (Answer, error) {
			return put(c, r, func(in *s3.PutObjectInput) {
				in.Metadata = r.Meta
				if r.Type != "" {
					in.ContentType = &r.Type
				}
			})
		},
		"put_new": func(r Request) (Answer, error) {
			return put(c, r, func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") })
		},
		"put_if": func(r Request) (Answer, error) {
			return put(c, r, func(in *s3.PutObjectInput) { in.IfMatch = &r.Etag })
		},
		"upload": func(r Request) (Answer, error) {
			f, err := os.Open(r.File)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			manager := transfermanager.New(c, func(o *transfermanager.Options) {
				o.PartSizeBytes = r.Part
				o.MultipartUploadThreshold = r.Part
			})
			_, err = manager.UploadObject(ctx, &transfermanager.UploadObjectInput{
				Bucket: &r.Bucket, Key: &r.Key, Body: f})
			return nil, err
		},
		"get": func(r Request) (Answer, error) { return nil, save(c, r, nil) },
		"range": func(r Request) (Answer, error) {
			return nil, save(c, r, aws.String(fmt.Sprintf("bytes=%d-%d", r.First, r.Last)))
		},
		"head": func(r Request) (Answer, error) {
			got, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &r.Bucket, Key: &r.Key})
			if err != nil {
				return nil, err
			}
			return Answer{"size": *got.ContentLength, "etag": *got.ETag, "type": *got.ContentType,
				"meta": got.Metadata}, nil
		},
		"list": func(r Request) (Answer, error) { return list(c, r) },
		"copy": func(r Request) (Answer, error) {
			_, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &r.Bucket, Key: &r.Key,
				CopySource: aws.String(r.Bucket + "/" + url.PathEscape(r.Source))})
			return nil, err
		},
		"delete": func(r Request) (Answer, error) {
			_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &r.Bucket, Key: &r.Key})
			return nil, err
		},
		"delete_many": func(r Request) (Answer, error) { return deleteMany(c, r) },
		"presign_get": func(r Request) (Answer, error) {
			got, err := signer.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &r.Bucket,
				Key: &r.Key})
			if err != nil {
				return nil, err
			}
			return Answer{"url": got.URL}, nil
		},
		"presign_put": func(r Request) (Answer, error) {
			got, err := signer.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &r.Bucket,
				Key: &r.Key})
			if err != nil {
				return nil, err
			}
			return Answer{"url": got.URL}, nil
		},
		"presign":          func(r Request) (Answer, error) { return presign(signer, r) },
		"own_typed_errors": func(r Request) (Answer, error) { return typedErrors(c, r) },
	}, code, nil)
}
