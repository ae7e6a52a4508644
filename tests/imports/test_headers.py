import pytest

from imports.engine.headers import (
    HUBSPOT,
    PIPEDRIVE,
    SALESFORCE,
    currency_column,
    entered_stage,
    guess_kind,
    recognise,
    signature,
)

# program, kind, header, the fields expected of some of its columns
FILES = [
    (
        SALESFORCE,
        "deals",
        (
            "Opportunity Owner,Owner Role,Account Name,Opportunity Name,Stage,Fiscal Period,"
            "Amount,Expected Revenue,Probability (%),Age,Close Date,Created Date,Next Step,"
            "Lead Source,Type"
        ),
        "owner,,account,name,stage,,amount,,,,close_date,created_at,next_step,source,",
    ),
    (
        SALESFORCE,
        "deals",
        (
            "ID,ISDELETED,ACCOUNTID,NAME,STAGENAME,AMOUNT,CLOSEDATE,OWNERID,CREATEDDATE,"
            "FORECASTCATEGORYNAME,CURRENCYISOCODE"
        ),
        "external_id,deleted,account,name,stage,amount,close_date,owner,created_at,category,currency",
    ),
    (
        SALESFORCE,
        "history",
        (
            "Id,OpportunityId,CreatedById,CreatedDate,StageName,Amount,CloseDate,ForecastCategory,"
            "SystemModstamp,IsDeleted"
        ),
        ",deal,,changed_at,stage,amount,close_date,category,,",
    ),
    (
        HUBSPOT,
        "deals",
        (
            "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close date,Create Date,"
            "Associated Company"
        ),
        "external_id,name,stage,amount,owner,close_date,created_at,account",
    ),
    (
        HUBSPOT,
        "accounts",
        "Record ID,Company name,Company Domain Name,Company owner,Industry",
        "external_id,name,website,owner,industry",
    ),
    (
        PIPEDRIVE,
        "deals",
        (
            "Deal - Title,Deal - Value,Organization - Name,Deal - Owner,Deal - Stage,"
            "Deal - Expected close date,Deal - Currency of value,Deal - Creation date,"
            "Deal - Won time,Deal - Lost time,Deal - Lost reason,Deal - Status,"
            "Deal - Pipedrive System ID"
        ),
        (
            "name,amount,account,owner,stage,expected_close_on,currency,created_at,closed_on,"
            "closed_on,lost_reason,status,external_id"
        ),
    ),
    ("", "people", "sales_agent,manager,regional_office", "full_name,manager,office"),
    ("", "products", "product,series,sales_price", "name,family,list_price"),
    (
        "",
        "deals",
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
        "external_id,owner,product,account,stage,created_at,close_date,amount",
    ),
]


@pytest.mark.parametrize(("program", "kind", "header", "fields"), FILES)
def test_known_headers_are_recognised_in_any_case(program, kind, header, fields):
    for columns in (header.split(","), header.upper().split(","), header.lower().split(",")):
        found = recognise(kind, columns)
        names = [
            found.matches[place].field if place in found.matches else ""
            for place in range(len(columns))
        ]

        assert names == fields.split(",")
        assert found.program == program


@pytest.mark.parametrize(("kind", "header"), [(f[1], f[2]) for f in FILES])
def test_the_kind_is_guessed_from_the_headers(kind, header):
    assert guess_kind(header.split(",")) == kind


def test_a_misspelt_header_is_a_guess_and_says_so():
    found = recognise("deals", ["Oportunity Nmae", "Clsoe Date"])

    assert not any(match.sure for match in found.matches.values())
    assert {match.field for match in found.matches.values()} == {"name", "close_date"}


def test_the_better_of_two_columns_gets_the_field():
    found = recognise("deals", ["Deal owner", "Owner", "Amount", "Deal value"])

    assert [found.matches[place].field for place in sorted(found.matches)] == ["owner", "amount"]
    assert sorted(found.matches) == [1, 2]


def test_hubspots_stage_dates_name_their_stage():
    header = ["Record ID", "Date entered 'Closed won' (Sales Pipeline)", 'Date entered "Demo"']
    found = recognise("history", header)

    assert {place: match.field for place, match in found.matches.items()} == {
        0: "deal",
        1: "entered",
        2: "entered",
    }
    assert [entered_stage(name) for name in header[1:]] == ["Closed won", "Demo"]


def test_the_currency_column_of_a_money_column():
    header = ["Billed Currency", "Billed", "Total Amount Currency", "Total Amount"]

    assert currency_column(header, 3) == 2
    assert currency_column(["Amount"], 0) is None


def test_files_with_the_same_headers_in_another_order_are_known_again():
    assert signature(["Deal Name", "Amount"]) == signature(["amount", "deal_name"])
    assert signature(["Deal Name"]) != signature(["Deal"])
