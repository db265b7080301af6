"""Traits that say the same thing, as sources call them, best first. Source: Segment's reserved traits; sheets."""

from typing import Final

NAME: Final = ("name", "full_name", "fullName", "фио", "ФИО")
GIVEN: Final = ("first_name", "firstname", "firstName", "given_name", "givenName", "имя", "Имя")
PATRONYMIC: Final = ("middle_name", "middlename", "middleName", "patronymic", "отчество", "Отчество")
SURNAME: Final = ("last_name", "lastname", "lastName", "surname", "family_name", "familyName", "фамилия", "Фамилия")
CITY: Final = ("city", "address.city", "город", "Город")
