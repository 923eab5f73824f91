# SPDX-License-Identifier: Apache-2.0
import control


def GetAccessPoint_all(t):
    c, bucket = control.Control(t), t.bucket()
    name, alias = c.point(bucket)
    root = c.good(c.ask("GET", "accesspoint/" + name), 200, "GetAccessPointResult")
    t.eq(root.names(), ["Name", "Bucket", "NetworkOrigin", "PublicAccessBlockConfiguration",
                        "CreationDate", "Alias", "AccessPointArn", "Endpoints",
                        "BucketAccountId"])
    t.eq([root.get(n) for n in ("Name", "Bucket", "NetworkOrigin", "Alias", "AccessPointArn")],
         [name, bucket, "Internet", alias, control.point_arn(t, name)])
    block = root.all("PublicAccessBlockConfiguration")[0]
    t.eq([n.value for n in block.children()], ["true"] * 4)
    t.iso_date(root.get("CreationDate"), "CreationDate")
    c.delete(name)


def GetAccessPoint_as_it_was_made(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket(), more=(
        "<VpcConfiguration><VpcId>vpc-1</VpcId></VpcConfiguration><PublicAccessBlockConfiguration>"
        "<BlockPublicAcls>true</BlockPublicAcls><BlockPublicPolicy>false</BlockPublicPolicy>"
        "</PublicAccessBlockConfiguration>"))
    root = c.ask("GET", "accesspoint/" + name).xml
    t.eq(root.get("NetworkOrigin"), "VPC")
    t.eq(root.all("VpcConfiguration")[0].get("VpcId"), "vpc-1")
    block = root.all("PublicAccessBlockConfiguration")[0]
    t.eq([n.value for n in block.children()], ["true", "false", "false", "false"])
    c.delete(name)


def GetAccessPoint_missing(t):
    c = control.Control(t)
    c.error(c.ask("GET", "accesspoint/not-there"), 404, "NoSuchAccessPoint",
            "The specified accesspoint does not exist", AccessPointName="not-there")
    c.error(c.ask("GET", "accesspoint/" + "x" * 300), 404, "NoSuchAccessPoint")


def GetAccessPoint_denied(t):
    c = control.Control(t)
    c.error(c.ask("GET", "accesspoint/abc", sign=None), 403, "AccessDenied")
    c.denied("GET", "accesspoint/abc")
