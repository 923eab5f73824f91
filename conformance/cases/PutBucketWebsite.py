# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "WebsiteConfiguration"
INDEX = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
GOOD = (INDEX + "<ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules><RoutingRule>"
        "<Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect>"
        "<Protocol>https</Protocol><HostName>example.com</HostName>"
        "<ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith>"
        "<HttpRedirectCode>301</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>")
ALL = ("<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>http</Protocol>"
       "</RedirectAllRequestsTo>")


def _rules(content):
    return document.xml(ROOT, INDEX + "<RoutingRules><RoutingRule>%s</RoutingRule></RoutingRules>"
                        % content)


def PutBucketWebsite_round_trip(t):
    document.round_trip(t, "website", ROOT, GOOD)
    document.round_trip(t, "website", ROOT, ALL)


def PutBucketWebsite_malformed(t):
    document.refuses(t, "website", ROOT, [
        document.xml(ROOT, "<RedirectAllRequestsTo/>"),
        document.xml(ROOT, INDEX + "<ErrorDocument/>"),
        document.xml(ROOT, INDEX + "<ErrorDocument><Key/></ErrorDocument>"),
        document.xml(ROOT, INDEX + "<RoutingRules/>"),
        _rules("<Condition><KeyPrefixEquals>x</KeyPrefixEquals></Condition>")])


def PutBucketWebsite_arguments(t):
    name = t.bucket()
    for content, argument, value, message in (
            (ALL + INDEX, "RedirectAllRequestsTo", "not null", "RedirectAllRequestsTo cannot be "
             "provided in conjunction with other Routing Rules."),
            ("", "IndexDocument", "null", "A value for IndexDocument Suffix must be provided if "
             "RedirectAllRequestsTo is empty"),
            (INDEX.replace("index", "a/b"), "IndexDocument", "a/b.html",
             "The IndexDocument Suffix is not well formed"),
            ("<IndexDocument><Suffix/></IndexDocument>", "IndexDocument", "",
             "The IndexDocument Suffix is not well formed")):
        t.error(document.put(t, name, "website", document.xml(ROOT, content)), 400,
                "InvalidArgument", message, ArgumentName=argument, ArgumentValue=value)


def PutBucketWebsite_rules(t):
    name = t.bucket()
    protocol = ("Invalid protocol, protocol can be http or https. If not defined the protocol will "
                "be selected automatically.")
    for body, message in (
            (document.xml(ROOT, ALL.replace(">http<", ">ftp<")), protocol),
            (_rules("<Redirect><Protocol>ftp</Protocol></Redirect>"), protocol),
            (_rules("<Condition/><Redirect><HostName>h</HostName></Redirect>"),
             "Condition cannot be empty. To redirect all requests without a condition, the condition"
             " element shouldn't be present."),
            (_rules("<Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b"
                    "</ReplaceKeyPrefixWith></Redirect>"),
             "You can only define ReplaceKeyPrefix or ReplaceKey but not both."),
            (_rules("<Redirect><HttpRedirectCode>200</HttpRedirectCode></Redirect>"),
             "The provided HTTP redirect code (200) is not valid. Valid codes are 3XX except 300."),
            (_rules("<Condition><HttpErrorCodeReturnedEquals>200</HttpErrorCodeReturnedEquals>"
                    "</Condition><Redirect><HostName>h</HostName></Redirect>"),
             "The provided HTTP error code (200) is not valid. Valid codes are 4XX or 5XX.")):
        t.error(document.put(t, name, "website", body), 400, "InvalidRequest", message)


def PutBucketWebsite_digest(t):
    document.needs_digest(t, "website", ROOT, GOOD)


def PutBucketWebsite_denied(t):
    document.denied(t, "PUT", "website", document.xml(ROOT, GOOD))
