"""Twilio's API errors that this carrier gives: code -> HTTP status and wording.

Codes and meanings: https://www.twilio.com/docs/api/errors . The wording of a live answer can differ; clients must
go by the code.
"""

import json

ERRORS: dict[int, tuple[int, str]] = {
    20001: (400, "Unknown parameters"),
    20003: (401, "Authenticate"),
    20004: (405, "Method not allowed"),
    20009: (409, "Cannot change this resource before it is complete"),
    20403: (403, "Forbidden"),
    20404: (404, "The requested resource {detail} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    20503: (503, "Service unavailable"),
    21211: (400, "Invalid 'To' Phone Number: {detail}"),
    21212: (
        400,
        "The 'From' number {detail} is not a valid phone number, shortcode, or alphanumeric sender ID.",
    ),
    21408: (
        400,
        "Permission to send an SMS or MMS has not been enabled for the region indicated by the 'To' number: {detail}",
    ),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' or 'MessagingServiceSid' parameter is required to send a message."),
    21604: (400, "The destination 'To' phone number is required to send an SMS."),
    21606: (
        400,
        (
            "The 'From' phone number provided ({detail}) is not a valid message-capable Twilio phone number"
            " for this destination/account."
        ),
    ),
    21608: (400, "The 'to' phone number provided is not yet verified for this account."),
    21609: (400, "The 'StatusCallback' URL {detail} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number {detail} has exceeded the maximum number of queued messages"),
    21612: (
        400,
        "Message cannot be sent with the current combination of 'To' ({detail}) and/or 'From' parameters",
    ),
    21614: (400, "'To' number is not a valid mobile number: {detail}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "A Message Body, Media URL or Content SID is required."),
    21620: (400, "Invalid media URL(s)"),
    21624: (400, "Invalid validity period value"),
    21635: (400, "'To' number cannot be a landline: {detail}"),
    21660: (400, "Mismatch between the 'From' number {detail} and the account"),
    21701: (404, "The Messaging Service {detail} does not exist"),
    21703: (400, "The Messaging Service {detail} does not have a phone number available to send a message"),
    21704: (400, "The Messaging Service contains no phone numbers."),
    30409: (409, "Message is not in a state that can be canceled"),
    35111: (400, "SendAt timestamp is missing"),
    35114: (400, "SendAt time must be between 900 seconds and 35 days (3024000 seconds) in the future"),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
}


class ApiError(Exception):
    """A refusal in Twilio's shape. `status` is the HTTP status, `body` the JSON bytes."""

    def __init__(
        self, code: int, detail: str = "", status: int | None = None, message: str | None = None
    ) -> None:
        known_status, template = ERRORS.get(code, (400, "Error"))
        self.code = code
        self.status = status or known_status
        self.message = message or template.replace("{detail}", detail)
        super().__init__(self.message)

    @property
    def body(self) -> bytes:
        """The answer as Twilio writes it: code, message, more_info, status."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        answer = {"code": self.code, "message": self.message, "more_info": more, "status": self.status}
        return json.dumps(answer).encode()
