# SPDX-License-Identifier: Apache-2.0
"""Terraform or OpenTofu with its state in a bucket, locked by a file beside it."""

import json
import os
import re
import subprocess

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK
from tool import PROGRAM, Failed, Tool

# A resource that needs no provider; holding the lock while it is made.
MAIN = '''terraform {
  backend "s3" {
    bucket                      = "%s"
    key                         = "live/terraform.tfstate"
    region                      = "%s"
    endpoints                   = { s3 = "%s" }
    use_lockfile                = true
    encrypt                     = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
  }
}
resource "terraform_data" "a" {
  input            = "%s"
  triggers_replace = "%s"
  provisioner "local-exec" {
    command = "%s"
  }
}
output "a" { value = terraform_data.a.output }
'''


class Terraform(Tool):
    environment = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                   "TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color", "CHECKPOINT_DISABLE": "1",
                   "TF_CLI_CONFIG_FILE": os.path.join(WORK, "terraformrc")}

    def __init__(self):
        open(self.environment["TF_CLI_CONFIG_FILE"], "w").close()

    def folder(self, name, bucket, value, command="true"):
        path = os.path.join(WORK, name)
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, "main.tf"), "w") as f:
            f.write(MAIN % (bucket, REGION, ENDPOINT, value, value, command))
        return path

    def tf(self, folder, *argv):
        return self.do("-chdir=" + folder, *argv).decode()

    def keep(self, folder, *argv):
        return subprocess.Popen(
            [PROGRAM, "-chdir=" + folder] + list(argv), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, **self.environment))

    def own_state(self, bucket):
        """Made, changed, seen by another folder, destroyed."""
        one = self.folder("one", bucket, "first")
        self.tf(one, "init", "-input=false")
        self.tf(one, "apply", "-auto-approve", "-input=false")
        self.folder("one", bucket, "second")
        self.tf(one, "apply", "-auto-approve", "-input=false")
        two = self.folder("two", bucket, "second")
        self.tf(two, "init", "-input=false")
        assert json.loads(self.tf(two, "output", "-json"))["a"]["value"] == "second"
        assert "No changes" in self.tf(two, "plan", "-input=false")
        self.tf(two, "destroy", "-auto-approve", "-input=false")
        assert self.tf(one, "state", "list").strip() == ""

    def own_workspaces(self, bucket):
        place = self.folder("spaces", bucket, "w")
        self.tf(place, "init", "-input=false")
        self.tf(place, "workspace", "new", "blue")
        self.tf(place, "apply", "-auto-approve", "-input=false")
        self.tf(place, "workspace", "select", "default")
        listed = self.tf(place, "workspace", "list")
        assert "blue" in listed and "* default" in listed, listed
        self.tf(place, "workspace", "delete", "-force", "blue")
        assert "blue" not in self.tf(place, "workspace", "list")

    def own_race_for_the_lock(self, bucket):
        """Two at once, five times over: exactly one gets the lock, the other is told."""
        folders = []
        for name in ("left", "right"):
            folders.append(self.folder(name, bucket, name))
            self.tf(folders[-1], "init", "-input=false")
        for turn in range(5):
            # Each notes that it holds the lock, and holds it while the other asks: longer
            # where the machine is so slow that they did not meet.
            for hold in (4, 12, 40):
                for folder in folders:
                    name = os.path.basename(folder)
                    self.folder(name, bucket, "%s %d %d" % (name, turn, hold), "sleep %d" % hold)
                runs = [self.keep(f, "apply", "-auto-approve", "-input=false") for f in folders]
                said = [run.communicate(timeout=300)[0].decode() for run in runs]
                codes = sorted(run.returncode for run in runs)
                if codes != [0, 0]:
                    break
            assert codes == [0, 1], (codes, said)
            lost = [s for run, s in zip(runs, said) if run.returncode][0]
            assert "Error acquiring the state lock" in lost, lost[-400:]
        # The winner let go: nothing is left of the lock.
        self.tf(folders[0], "plan", "-input=false", "-lock=true")

    def own_refused_while_locked_then_forced(self, bucket):
        """The loser reads who holds the lock, and may break it by its name."""
        place = self.folder("held", bucket, "held", "sleep 60")
        self.tf(place, "init", "-input=false")
        run = self.keep(place, "apply", "-auto-approve", "-input=false")
        other = self.folder("other", bucket, "other")
        self.tf(other, "init", "-input=false")
        why = None
        for _ in range(20):
            try:
                self.tf(other, "plan", "-input=false")
            except Failed as got:
                why = str(got)
                break
        run.kill()
        run.communicate()
        assert why and "Lock Info" in why, why
        name = re.search(r"\bID: +(\S{36})", why).group(1)
        self.tf(other, "force-unlock", "-force", name)
        self.tf(other, "plan", "-input=false")


terraform = Terraform()
terraform.run(terraform.version("version"))
