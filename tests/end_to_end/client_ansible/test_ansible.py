"""Ansible's ``cisco.ios`` over ``network_cli``; run where ansible-playbook and the collection are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Beside the interpreter too: nobody activates the environment for `make test`.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
PLAYBOOK = """
- hosts: sw1
  gather_facts: false
  tasks:
    - cisco.ios.ios_facts: {gather_subset: min}
    - cisco.ios.ios_command: {commands: [show license summary]}
      register: summary
    - cisco.ios.ios_config: {lines: [license smart usage interval 27]}
      register: first
    - cisco.ios.ios_config: {lines: [license smart usage interval 27]}
      register: second
    - cisco.ios.ios_config: {lines: [no license smart usage interval 27], match: none}
    - ansible.builtin.copy:
        dest: "{{ result_file }}"
        content: "{{ {'hostname': ansible_facts.net_hostname, 'version': ansible_facts.net_version,
          'model': ansible_facts.net_model, 'summary': summary.stdout[0], 'first': first.changed,
          'second': second.changed} | to_json }}"
      delegate_to: localhost
      vars: {ansible_connection: local}
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ansible-playbook", path=PATH) is None, reason="ansible-playbook is not installed")
def test_facts_commands_and_idempotent_configuration(client_lab, tmp_path: Path):
    client_lab.inventory("ansible", tmp_path / "inventory.yaml")
    (tmp_path / "play.yaml").write_text(PLAYBOOK)
    result = tmp_path / "result.json"
    done = subprocess.run(
        ["ansible-playbook", "-i", "inventory.yaml", "play.yaml", "-e", f"result_file={result}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=250,
        env={**os.environ, "PATH": PATH, "ANSIBLE_HOST_KEY_CHECKING": "False", "ANSIBLE_LOCALHOST_WARNING": "False"},
    )
    if "couldn't resolve module/action 'cisco.ios" in done.stderr + done.stdout:
        pytest.skip("the collection cisco.ios is not installed")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(result.read_text())
    assert (found["hostname"], found["model"]) == ("sw1", "C9300-24T")
    assert found["version"].startswith("17.12")
    assert "License Usage" in found["summary"]
    assert (found["first"], found["second"]) == (True, False)
