// SPDX-License-Identifier: Apache-2.0

// MinIO's Go client.
package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	. "adapter"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

var ctx = context.Background()

func code(err error) string { return minio.ToErrorResponse(err).Code }

func put(c *minio.Client, r Request, o minio.PutObjectOptions) (Answer, error) {
	got, err := c.FPutObject(ctx, r.Bucket, r.Key, r.File, o)
	return Answer{"etag": got.ETag}, err
}

func save(c *minio.Client, r Request, o minio.GetObjectOptions) (Answer, error) {
	got, err := c.GetObject(ctx, r.Bucket, r.Key, o)
	if err != nil {
		return nil, err
	}
	defer got.Close()
	data, err := io.ReadAll(got)
	if err != nil {
		return nil, err
	}
	return nil, os.WriteFile(r.File, data, 0o600)
}

func list(c *minio.Client, r Request) (Answer, error) {
	keys, prefixes := []string{}, []string{}
	for row := range c.ListObjects(ctx, r.Bucket, minio.ListObjectsOptions{Prefix: r.Prefix,
		Recursive: r.Delimiter == "", MaxKeys: int(r.Page)}) {
		if row.Err != nil {
			return nil, row.Err
		}
		if r.Delimiter != "" && row.ETag == "" {
			prefixes = append(prefixes, row.Key)
		} else {
			keys = append(keys, row.Key)
		}
	}
	return Answer{"keys": keys, "prefixes": prefixes}, nil
}

func deleteMany(c *minio.Client, r Request) (Answer, error) {
	rows := make(chan minio.ObjectInfo, len(r.Keys))
	for _, key := range r.Keys {
		rows <- minio.ObjectInfo{Key: key}
	}
	close(rows)
	for failed := range c.RemoveObjects(ctx, r.Bucket, rows, minio.RemoveObjectsOptions{}) {
		return nil, failed.Err
	}
	return nil, nil
}

func link(u *url.URL, err error) (Answer, error) {
	if err != nil {
		return nil, err
	}
	return Answer{"url": u.String()}, nil
}

// A client that signs by version 4, or by version 2.
func client(sign func(id, secret, token string) *credentials.Credentials) *minio.Client {
	at, err := url.Parse(os.Getenv("ENDPOINT"))
	if err != nil {
		panic(err)
	}
	c, err := minio.New(at.Host, &minio.Options{Secure: at.Scheme == "https",
		Creds:  sign(os.Getenv("ACCESS_KEY"), os.Getenv("SECRET_KEY"), ""),
		Region: os.Getenv("REGION"), TrailingHeaders: true})
	if err != nil {
		panic(err)
	}
	return c
}

func form(c *minio.Client, r Request) (Answer, error) {
	policy := minio.NewPostPolicy()
	err := errors.Join(policy.SetBucket(r.Bucket), policy.SetKey(r.Key),
		policy.SetExpires(time.Now().UTC().Add(10*time.Minute)))
	if err != nil {
		return nil, err
	}
	at, fields, err := c.PresignedPostPolicy(ctx, policy)
	if err != nil {
		return nil, err
	}
	return Answer{"url": at.String(), "fields": fields}, nil
}

func presign(r Request) (Answer, error) {
	what, two := strings.CutSuffix(r.Form, "_v2")
	c := client(credentials.NewStaticV4)
	if two {
		c = client(credentials.NewStaticV2)
	}
	if what == "post" {
		return form(c, r)
	}
	query := url.Values{}
	if what == "part" {
		query.Set("uploadId", r.Upload)
		query.Set("partNumber", strconv.Itoa(int(r.Number)))
	}
	method := map[string]string{"get": "GET", "head": "HEAD", "put": "PUT",
		"delete": "DELETE", "part": "PUT"}[what]
	return link(c.Presign(ctx, method, r.Bucket, r.Key, 10*time.Minute, query))
}

func main() {
	c := client(credentials.NewStaticV4)
	Run("github.com/minio/minio-go/v7", Ops{
		"make_bucket": func(r Request) (Answer, error) {
			return nil, c.MakeBucket(ctx, r.Bucket, minio.MakeBucketOptions{})
		},
		"delete_bucket": func(r Request) (Answer, error) { return nil, c.RemoveBucket(ctx, r.Bucket) },
		"buckets": func(r Request) (Answer, error) {
			got, err := c.ListBuckets(ctx)
			names := []string{}
			for _, b := range got {
				names = append(names, b.Name)
			}
			return Answer{"names": names}, err
		},
		"put": func(r Request) (Answer, error) {
			return put(c, r, minio.PutObjectOptions{ContentType: r.Type, UserMetadata: r.Meta})
		},
		"put_new": func(r Request) (Answer, error) {
			o := minio.PutObjectOptions{}
			o.SetMatchETagExcept("*")
			return put(c, r, o)
		},
		"put_if": func(r Request) (Answer, error) {
			o := minio.PutObjectOptions{}
			o.SetMatchETag(r.Etag[1 : len(r.Etag)-1])
			return put(c, r, o)
		},
		"upload": func(r Request) (Answer, error) {
			return put(c, r, minio.PutObjectOptions{PartSize: uint64(r.Part)})
		},
		"get": func(r Request) (Answer, error) { return save(c, r, minio.GetObjectOptions{}) },
		"range": func(r Request) (Answer, error) {
			o := minio.GetObjectOptions{}
			if err := o.SetRange(r.First, r.Last); err != nil {
				return nil, err
			}
			return save(c, r, o)
		},
		"head": func(r Request) (Answer, error) {
			got, err := c.StatObject(ctx, r.Bucket, r.Key, minio.StatObjectOptions{})
			return Answer{"size": got.Size, "etag": got.ETag, "type": got.ContentType,
				"meta": got.UserMetadata}, err
		},
		"list": func(r Request) (Answer, error) { return list(c, r) },
		"copy": func(r Request) (Answer, error) {
			_, err := c.CopyObject(ctx, minio.CopyDestOptions{Bucket: r.Bucket, Object: r.Key},
				minio.CopySrcOptions{Bucket: r.Bucket, Object: r.Source})
			return nil, err
		},
		"delete": func(r Request) (Answer, error) {
			return nil, c.RemoveObject(ctx, r.Bucket, r.Key, minio.RemoveObjectOptions{})
		},
		"delete_many": func(r Request) (Answer, error) { return deleteMany(c, r) },
		"presign_get": func(r Request) (Answer, error) {
			return link(c.PresignedGetObject(ctx, r.Bucket, r.Key, 10*time.Minute, nil))
		},
		"presign_put": func(r Request) (Answer, error) {
			return link(c.PresignedPutObject(ctx, r.Bucket, r.Key, 10*time.Minute))
		},
		"presign": presign,
	}, code, nil)
}
