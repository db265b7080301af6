-- store: state
-- give: note the benefit that was given. in: :request_id :benefit
update messaging_recognition set benefit = :benefit where request_id = :request_id
