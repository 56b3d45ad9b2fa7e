"""The command line: serve, test, run a market day, verify bundles, check packs. Composition only."""

import datetime
import sys
from pathlib import Path
from typing import Annotated

import typer

from jishi.project.bench.command import app as bench_app
from jishi.project.terminal import LANG, console, plainly

app = typer.Typer(
    name="jishi",
    no_args_is_help=True,
    add_completion=False,
    help="Jishi 吉市: an exchange for the factors of production, checked by anyone.",
)
pack_app = typer.Typer(no_args_is_help=True, help="Work with packs, the data that make a jurisdiction.")
app.add_typer(pack_app, name="pack")
app.add_typer(bench_app, name="bench")
Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all of this machine.")]
Port = Annotated[int, typer.Option(help="The port to listen on.")]


@app.command()
def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    scenario: Annotated[
        bool, typer.Option(help="Load the pack's demonstration lots into an empty database.")
    ] = True,
) -> None:
    """Migrate, load the pack and its scenario, print the address and demo accounts, and serve."""
    from jishi.project import serving
    from jishi.project.preflight import require_port

    with plainly():
        require_port(host, port)
        serving.tell_address(host, port)
        serving.prepare(console, with_scenario=scenario)
        serving.announce(console, host, port)
        serving.serve(host, port)


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve what is there: no migration, no scenario (as a service manager would start it)."""
    from jishi.project import serving
    from jishi.project.preflight import require_database, require_port

    with plainly():
        require_port(host, port)
        serving.tell_address(host, port)
        serving.set_up()
        require_database()
        serving.serve(host, port)


@app.command()
def setup() -> None:
    """Make the environment in .venv and stop (--tests: with the test tools)."""
    console.print("Ready.")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def test(context: typer.Context) -> None:
    """Run every check: lint, types, house, kernel, packs, apps on both databases, a real browser."""
    from jishi.project import testing

    raise typer.Exit(testing.run(context.args))


@app.command()
def day(
    listings: Annotated[Path, typer.Option(help="Announcements, in the columns of land_listings.csv.")],
    out: Annotated[Path, typer.Option(help="Where bundles, contracts, releases and tables are written.")],
    date: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day absent dates are counted from."),
    ] = None,
    increment: Annotated[
        str, typer.Option(help="For lots that state none: a share of the start price, e.g. 1%.")
    ] = "",
    bidders: Annotated[int, typer.Option(min=1, max=200, help="Simulated bidders a lot.")] = 5,
    seed: Annotated[str, typer.Option(help="Same seed, same bytes.")] = "1",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core if absent.")] = None,
) -> None:
    """Run a whole market day in simulated time, from announcements to bundles anyone can verify."""
    from jishi.project import serving

    with plainly(), serving.simulation():
        from jishi.apps.simulation import api as simulation

        chosen = simulation.DayOptions(
            listings=listings,
            out=out,
            day=date.date() if date else None,
            increment=increment,
            bidders=bidders,
            seed=seed,
            workers=workers,
        )
        simulation.run_day(chosen, console, LANG)


@app.command()
def verify(
    bundles: Annotated[list[Path] | None, typer.Argument(help="Bundle files.")] = None,
    *,
    trust: Annotated[
        str | None, typer.Option(help="The signer's public key (base64, or a file holding it).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the verdict of each bundle.")] = False,
    vectors: Annotated[
        Path | None, typer.Option(help="Judge known answers about Merkle proofs (JSON lines).")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="Key of a witness that must have cosigned the log.")
    ] = None,
    receipt: Annotated[
        list[Path] | None, typer.Option(help="A bidder's receipt to hold against the one bundle.")
    ] = None,
) -> None:
    """Recompute outcomes from bundles alone. Exit code: 0 all passed, 1 any check failed, 2 wrongly called."""
    from jishi.project.verifying import hold_receipts, verify_files, verify_vectors

    if not bundles and vectors is None:
        raise typer.BadParameter("name a bundle, or known answers with --vectors", param_hint="BUNDLES")
    if receipt and len(bundles or ()) != 1:
        raise typer.BadParameter("a receipt is held against one bundle", param_hint="--receipt")
    with plainly():
        passed = vectors is None or verify_vectors(console, vectors, LANG)
        if bundles:
            passed = verify_files(console, bundles, (trust, quiet, LANG), witness or ()) and passed
        if bundles and receipt:
            passed = hold_receipts(console, bundles[0], receipt, LANG) and passed
    raise typer.Exit(0 if passed else 1)


@app.command()
def verifier(
    out: Annotated[Path, typer.Argument(help="Where the file is written.")] = Path("jishi-verify.pyz"),
) -> None:
    """Write the verifier one carries away: one file that a bare Python 3.11 runs, without this installation."""
    from jishi.project.verifying import write_verifier

    with plainly():
        write_verifier(console, out, LANG)


@app.command("witness")
def run_witness(
    log: Annotated[str, typer.Option(help="The log's key, as its page shows it, or a file holding it.")],
    *,
    folder: Annotated[Path, typer.Option(help="Where the witness keeps its key and what it saw.")],
    name: Annotated[str, typer.Option(help="The witness's name, like a web address.")] = "witness.example",
    watch: Annotated[
        str | None, typer.Option(help="Address of a log (…/log) or folder to read and cosign.")
    ] = None,
    every: Annotated[float | None, typer.Option(help="Seconds between two looks; once where absent.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Answer logs that ask (C2SP tlog-witness) at this port.")
    ] = None,
) -> None:
    """Cosign a public log as long as it only grows. Exit code: 0 cosigned, 1 refused."""
    from jishi.project.witnessing import open_witness, serve
    from jishi.project.witnessing import watch as watch_log

    if (watch is None) == (port is None):
        raise typer.BadParameter("give either --watch ADDRESS or --port N", param_hint="--watch")
    with plainly():
        witness = open_witness(folder, name, log)
        if watch is not None:
            raise typer.Exit(0 if watch_log(console, witness, watch, (every, LANG)) else 1)
        serve(console, witness, port or 0, LANG)


@app.command()
def grant(
    email: Annotated[str, typer.Argument(help="Who; the person has signed up on the site.")],
    role: Annotated[
        str, typer.Argument(help="clerk, reviewer, reserve_officer, treasurer, regulator or auditor.")
    ],
    division: Annotated[str, typer.Argument(help="Six-digit code; the role reaches all below it.")],
    organisation: Annotated[str, typer.Option(help="The office the person acts for.")] = "",
    department: Annotated[
        str, typer.Option(help="Of cases only those of this department, by its Chinese name in the pack.")
    ] = "",
    end: Annotated[bool, typer.Option("--end", help="End the role instead.")] = False,
) -> None:
    """Give a member of the staff a role in a division, or end it."""
    from jishi.platform.words import say
    from jishi.project import serving
    from jishi.project.preflight import require_database

    with plainly():
        serving.set_up()
        from jishi.project import staffing  # its models need Django to be set up

        require_database()
        if end:
            staffing.end_role(email, role, division)
        else:
            staffing.give_role(email, role, division, organisation, department=department)
    code = "project.staff.ended" if end else "project.staff.given"
    console.print(say(code, {"email": email, "role": role, "division": division}, LANG), highlight=False)


@app.command("account")
def switch_account(
    email: Annotated[str, typer.Argument(help="Whose account.")],
    reopen: Annotated[bool, typer.Option("--reopen", help="Open a closed account again instead.")] = False,
) -> None:
    """Close a person's account: sessions, API tokens and bid tickets end at once."""
    from jishi.platform.words import say
    from jishi.project import serving
    from jishi.project.preflight import require_database

    with plainly():
        serving.set_up()
        from jishi.project import staffing  # its models need Django to be set up

        require_database()
        (staffing.reopen_account if reopen else staffing.close_account)(email)
    code = "account.reopened" if reopen else "account.closed"
    console.print(say(code, {"email": email}, LANG), highlight=False)


@app.command()
def rebuild(
    words: Annotated[bool, typer.Option("--words", help="Make the full-text index anew instead.")] = False,
) -> None:
    """Write the lists of cases anew from the cases: after an upgrade, or where a list looks wrong."""
    from jishi.project import serving
    from jishi.project.preflight import require_database

    with plainly():
        serving.set_up()
        # their models need Django to be set up
        from jishi.project.rebuilding import rebuild_lists, rebuild_words

        require_database()
        (rebuild_words if words else rebuild_lists)(console, LANG)


@app.command()
def decide(
    table: Annotated[str, typer.Argument(help="A rule of the pack, e.g. labour.residence_permit.")],
    given: Annotated[list[str] | None, typer.Argument(help="Facts as name=value; absent is unknown.")] = None,
    facts: Annotated[list[str] | None, typer.Option(help="Facts as name=value.")] = None,
    file: Annotated[Path | None, typer.Option(help="Many cases: a CSV, Parquet or XLSX file.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Where the decided cases go (.csv, .parquet, .xlsx); beside the file if absent."),
    ] = None,
    sql: Annotated[
        str | None, typer.Option(help="Print the rule as SQL: duckdb, postgres, or another dialect.")
    ] = None,
    as_of: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day whose law applies; today if absent."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why, why not, and what would change it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
) -> None:
    """Decide by a rule. Exit code: 0 a definite answer, 1 undetermined or something found, 2 wrongly called."""
    from jishi.project import deciding, deciding_many, deciding_sql

    with plainly():
        day = deciding.read_day(as_of)
        if sql is not None:
            definite = deciding_sql.print_sql(console, (table, sql, day if as_of else None), LANG)
        elif file is not None:
            definite = deciding_many.decide_file(console, (table, file, day), (out, LANG))
        else:
            pairs = [*(facts or []), *(given or [])]
            definite = deciding.decide_one(console, (table, pairs, day), (explain, as_json, LANG))
    raise typer.Exit(0 if definite else 1)


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(help="Recorded bids, in the columns of procurement_all_bids_jp.csv.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Replay recorded low-price tenders by the rule. Exit code 0, or 2 where the file cannot be read at all."""
    from jishi.project.replaying import replay_file

    with plainly():
        replay_file(console, file, (as_json, LANG))


@app.command("seal")
def seal_bid(
    committee: Annotated[Path, typer.Argument(help="The committee file of the offering, from its page.")],
    alias: Annotated[str, typer.Option(help="Your alias in this offering.")],
    bid: Annotated[str, typer.Option(help="The bid as JSON, or - to read it from standard input.")],
    out: Annotated[Path, typer.Option(help="Where the sealed bid is written; never over a file.")],
) -> None:
    """Seal a bid on this machine: nobody opens it before the committee's members do together."""
    from jishi.project.sealing import write_envelope

    with plainly():
        write_envelope(console, committee, (alias, bid), (out, LANG))


@app.command("member-key")
def member_key(
    out: Annotated[Path, typer.Option(help="Where the key is written; never over a file.")],
    suite: Annotated[str, typer.Option(help="x25519 or sm, as the offering says.")] = "x25519",
) -> None:
    """Make a committee member's key for one offering, to be published when its bids are opened."""
    from jishi.project.sealing import write_member_key

    with plainly():
        write_member_key(console, suite, (out, LANG))


@pack_app.command("check")
def pack_check(
    path: Annotated[Path | None, typer.Argument(help="A pack's folder; the installed one if absent.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as mistakes.")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="List what is unconfirmed, too.")] = False,
) -> None:
    """Check a pack: its files, dated cases and rows, with what would be valid. Exit code 1 if anything is wrong."""
    from jishi.project.packing import check_folder

    with plainly():
        sound = check_folder(console, path, (strict, notes, LANG))
    raise typer.Exit(0 if sound else 1)


@app.command()
def measures(
    as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")] = False,
) -> None:
    """Print what carries each measure of the policy, how far it runs and what is missing."""
    with plainly():
        from jishi.apps.packs.api import default_pack
        from jishi.project.measuring import list_measures, print_measures

        if as_json:
            console.print_json(data=list_measures(default_pack()))
        else:
            print_measures(console, default_pack(), LANG)


@pack_app.command("diff")
def pack_diff(
    before: Annotated[str, typer.Argument(help="The pack as it is: an installed one's name, or a folder.")],
    after: Annotated[str, typer.Argument(help="The pack as it would be.")],
    *,
    cases: Annotated[
        Path | None, typer.Option(help="CSV (columns rule, as_of, facts…) or TOML; the packs' own if absent.")
    ] = None,
    table: Annotated[str | None, typer.Option(help="The rule of cases that name none.")] = None,
    as_of: Annotated[
        datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of cases that name none.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where every changed case is written (.csv).")] = None,
) -> None:
    """Say which rules, rows, numbers and clauses differ between two packs, and whose answer changes."""
    from jishi.project.comparing import diff_packs

    with plainly():
        day = as_of.date() if as_of else None
        diff_packs(console, (before, after), (cases, table, day), (out, LANG))


@pack_app.command("parity")
def pack_parity(
    case: Annotated[
        Path | None, typer.Option(help="A parity case (TOML); those of the pack if absent.")
    ] = None,
) -> None:
    """Put one case to every rule on two tracks, such as state and collective land, and show each difference."""
    from jishi.project.comparing import show_parity

    with plainly():
        show_parity(console, case, LANG)


def main() -> None:
    """Run the command line."""
    sys.exit(app(prog_name="jishi"))


if __name__ == "__main__":
    main()
