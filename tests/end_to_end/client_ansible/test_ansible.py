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


# What playbooks do beside: every fact, saving, comparing, replacing, banners, users, modules of resources.
WIDE = """
- hosts: "{{ device }}"
  gather_facts: false
  vars:
    entries: [permit ip host 192.0.2.1 any log, deny ip any any]
    servers: [{server: 192.0.2.5, prefer: true}]
    routes: [{dest: 198.51.100.0/24, next_hops: [{forward_router_address: 198.18.0.1}]}]
  tasks:
    - cisco.ios.ios_facts: {gather_subset: all, gather_network_resources: all}
    - cisco.ios.ios_command:
        commands: [show license status, {command: clear logging, prompt: confirm, answer: "y"}]
        wait_for: ["result[0] contains Transport"]
        retries: 1
    - cisco.ios.ios_config:
        parents: interface Loopback7
        lines: [description by a playbook, ip address 198.51.100.7 255.255.255.255]
        backup: true
        backup_options: {dir_path: "{{ playbook_dir }}/backup"}
    - {cisco.ios.ios_config: {save_when: modified}, register: saved}
    - {cisco.ios.ios_config: {save_when: modified}, register: saved_again}
    - {cisco.ios.ios_config: {diff_against: startup}, diff: true, register: compared}
    - cisco.ios.ios_config: &acl
        lines: "{{ entries }}"
        parents: ip access-list extended PLAYBOOK
        before: no ip access-list extended PLAYBOOK
        match: exact
        replace: block
    - {cisco.ios.ios_config: *acl, register: acl_again}
    - {cisco.ios.ios_config: {lines: [license smart usage interval 55]}, check_mode: true, register: checked}
    - {cisco.ios.ios_config: {lines: [license smart transport telepathy]}, register: refused, ignore_errors: true}
    - {cisco.ios.ios_banner: &banner {banner: incoming, text: "Two\nlines # here\n", state: present}}
    - {cisco.ios.ios_banner: *banner, register: banner_again}
    - {cisco.ios.ios_banner: {banner: incoming, state: absent}}
    - {cisco.ios.ios_user: {name: fred, privilege: 7, configured_password: Fr3d-Passw0rd, state: present}}
    - {cisco.ios.ios_user: {name: fred, state: absent}}
    - {cisco.ios.ios_ping: {dest: 127.0.0.1, count: 2}}
    - {cisco.ios.ios_ntp_global: &ntp {config: {servers: "{{ servers }}"}, state: merged}}
    - {cisco.ios.ios_ntp_global: *ntp, register: ntp_again}
    - cisco.ios.ios_static_routes: &routes
        config: [{address_families: [{afi: ipv4, routes: "{{ routes }}"}]}]
        state: merged
    - {cisco.ios.ios_static_routes: *routes, register: routes_again}
    - cisco.ios.ios_snmp_server: &snmp {config: {communities: [{name: lab, ro: true}], contact: us}, state: merged}
    - {cisco.ios.ios_snmp_server: *snmp, register: snmp_again}
    - {ansible.netcommon.cli_config: {config: license smart usage interval 33}}
    - {ansible.netcommon.cli_config: {config: license smart usage interval 33}, register: cli_again}
    - cisco.ios.ios_config:
        lines:
          - no interface Loopback7
          - no ip access-list extended PLAYBOOK
          - no ntp server 192.0.2.5
          - no ip route 198.51.100.0 255.255.255.0 198.18.0.1
          - no snmp-server community lab
          - no snmp-server contact
          - no license smart usage interval
        match: none
        save_when: changed
    - ansible.builtin.copy:
        dest: "{{ playbook_dir }}/{{ inventory_hostname }}.json"
        content: "{{ {'again': [saved_again.changed, acl_again.changed, banner_again.changed, ntp_again.changed,
          routes_again.changed, snmp_again.changed, cli_again.changed], 'differs': compared.changed,
          'did': [saved.changed, checked.changed], 'refused': refused.msg | string,
          'resources': ansible_facts.network_resources | list} | to_json }}"
      delegate_to: localhost
      vars: {ansible_connection: local, ansible_become: false}
"""


def play(lab, folder: Path, playbook: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a playbook on a lab; skips where the collection is not there."""
    lab.inventory("ansible", folder / "inventory.yaml")
    (folder / "play.yaml").write_text(playbook)
    done = subprocess.run(
        ["ansible-playbook", "-i", "inventory.yaml", "play.yaml", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=250,
        env={**os.environ, "PATH": PATH, "ANSIBLE_HOST_KEY_CHECKING": "False", "ANSIBLE_LOCALHOST_WARNING": "False"},
    )
    if "couldn't resolve module/action 'cisco.ios" in done.stderr + done.stdout:
        pytest.skip("the collection cisco.ios is not installed")
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ansible-playbook", path=PATH) is None, reason="ansible-playbook is not installed")
def test_facts_commands_and_idempotent_configuration(client_lab, tmp_path: Path):
    result = tmp_path / "result.json"
    play(client_lab, tmp_path, PLAYBOOK, "-e", f"result_file={result}")
    found = json.loads(result.read_text())
    assert (found["hostname"], found["model"]) == ("sw1", "C9300-24T")
    assert found["version"].startswith("17.12")
    assert "License Usage" in found["summary"]
    assert (found["first"], found["second"]) == (True, False)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ansible-playbook", path=PATH) is None, reason="ansible-playbook is not installed")
def test_what_playbooks_do_beside(client_lab, tmp_path: Path):
    play(client_lab, tmp_path, WIDE, "-e", "device=r1")
    found = json.loads((tmp_path / "r1.json").read_text())
    assert found["again"] == [False] * 7
    assert found["did"] == [True, True]
    assert not found["differs"]
    assert "Invalid input" in found["refused"]
    assert {"interfaces", "l3_interfaces", "snmp_server", "static_routes", "hostname"} <= set(found["resources"])
    assert len(list((tmp_path / "backup").glob("r1_*"))) == 1
